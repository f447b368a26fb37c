"""A gateway that is broken on purpose makes the suite fail, where it is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentport_harness.cli.main import main
from tests.serving import Served, served

SUITE = Path(__file__).parents[2] / "harness" / "agentport_harness" / "suite"
EXPECTED = {
    "run-before-approval": ("approved-while-waiting", "Expected 0 calls to have reached stripe/create_refund, got"),
    "answer-without-waiting": ("approved-while-waiting", "Expected outcome executed, got still_pending"),
    "drop-the-url": ("approved-while-waiting", "got ${approval_url}"),
}


@pytest.fixture(params=sorted(EXPECTED))
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Served]]:
    with served(tmp_path, module=("tests.faults", request.param)) as gateway:
        yield request.param, gateway


def test_a_broken_gateway_makes_the_suite_fail(broken: tuple[str, Served], capsys: pytest.CaptureFixture[str]) -> None:
    fault, gateway = broken
    chosen = str(SUITE / "approval")

    code = main(["replay", chosen, "--ready-file", str(gateway.ready_file), "--format", "json"])

    sessions = {one["session_id"]: one for one in json.loads(capsys.readouterr().out)["sessions"]}
    transcript, words = EXPECTED[fault]
    said = sessions[transcript].get("expectation", {}).get("differences", []) or [
        sessions[transcript]["problem"]["message"]
    ]
    assert any(words in one for one in said), said
    assert code in (1, 2)
