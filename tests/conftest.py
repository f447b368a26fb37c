"""What many tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.serving import Served, served
from tests.skills.clients import UnavailableError, install

pytest_plugins = ["pytester"]
# a test run says the same every time; HYPOTHESIS_PROFILE=exploring looks further
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("exploring", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
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


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real clients' commands, from npm; AGENTPORT_NPM_TOOLS names one that has them already."""
    given = os.environ.get("AGENTPORT_NPM_TOOLS")
    try:
        return install(Path(given) if given else tmp_path_factory.mktemp("npm"))
    except UnavailableError as reason:
        pytest.skip(str(reason))
