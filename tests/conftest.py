"""What many tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Served, served

pytest_plugins = ["pytester"]
STANDINS = Path(__file__).parent / "standins"


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A reference gateway that runs for the whole session; tests keep out of each other's integrations."""
    with served(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def with_ap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the tests' stand-in for the `ap` command on PATH."""
    monkeypatch.setenv("PATH", str(STANDINS), prepend=":")
