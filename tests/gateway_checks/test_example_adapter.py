"""The adapter that the documentation shows, found as an installed package is."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from agentport_harness.cli.main import main
from tests.serving import served

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "gateway-adapter"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example's entry points, where an installer puts them."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8")
    lines = [
        f"[{group}]\n{name} = {value}"
        for group, entries in project["entry-points"].items()
        for name, value in entries.items()
    ]
    (told / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.delitem(sys.modules, "my_gateway_adapter", raising=False)


@pytest.mark.usefixtures("installed")
def test_the_example_drives_a_gateway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as gateway:
        told = gateway.told
        monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", told["human"]["password"])
        code = main(
            ["gateway", "--url", told["mcp_url"], "--api-key", told["api_key"], "--adapter", "my-gateway",
             "--human-email", told["human"]["email"], "--select", "GW304,GW308,GW408", "--format", "json"]
        )  # fmt: skip

    verdicts = {one["rule"]: one for one in json.loads(capsys.readouterr().out)["sessions"][0]["verdicts"]}
    assert code == 0
    assert verdicts["GW304"]["status"] == verdicts["GW408"]["status"] == "pass"
    assert verdicts["GW308"]["reason"] == "needs an adapter that can set how long requests stay open (--adapter)"


@pytest.mark.usefixtures("installed")
def test_an_adapter_that_fails_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTPORT_HUMAN_PASSWORD", "a password")
    code = main(
        ["gateway", "--url", "http://127.0.0.1:9", "--api-key", "k", "--adapter", "my-gateway", "--human-email", "me@x"]
    )

    said = capsys.readouterr().err
    assert code == 3
    assert "the adapter 'my-gateway' did not start" in said
    assert "Traceback" not in said


def test_the_example_is_small() -> None:
    assert len((EXAMPLE / "my_gateway_adapter.py").read_text(encoding="utf-8").splitlines()) < 60
