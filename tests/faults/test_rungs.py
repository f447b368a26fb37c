"""Whichever way a client wants to be asked for approval, the checks see what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentport_harness.bench.judging import Checked, run_check
from agentport_harness.runner.catalogue import gateway_checks
from tests.faults import broken
from tests.faults.fault import Fault
from tests.faults.stage import WHOLE, staged

CHECKS = {check.id: check for check in gateway_checks()}
RUNGS = [("elicitation", "legacy"), ("elicitation", "2026-07-28"), ("tasks", "2026-07-28")]
OFFERED = Fault(name="offered", check="", settings={"wait_rungs": ("elicitation", "tasks")})
pytestmark = pytest.mark.anyio


async def judged(folder: Path, check: str, fault: Fault, **options: str) -> Checked:
    async with staged(folder, fault, **options) as stand:
        return await run_check(CHECKS[check], stand)


@pytest.mark.parametrize(("rung", "protocol"), RUNGS)
async def test_the_reference_gateway_passes_on_every_rung(tmp_path: Path, rung: str, protocol: str) -> None:
    async with staged(tmp_path, OFFERED, rung=rung, protocol=protocol) as stand:
        checked = [await run_check(CHECKS[name], stand) for name in ("GW302", "GW303", "GW304", "GW306", "GW310")]

    assert [one.verdict for one in checked if one.verdict.status != "pass"] == []


@pytest.mark.parametrize(("check", "rung"), [("GW302", "elicitation"), ("GW304", "tasks")])
async def test_a_rung_that_is_not_offered_is_not_testable(tmp_path: Path, check: str, rung: str) -> None:
    checked = await judged(tmp_path, check, WHOLE, rung=rung, protocol="2026-07-28")

    assert checked.verdict.status == "not_testable"
    assert "asked for by result" in checked.verdict.reason


@pytest.mark.parametrize(
    ("name", "rung", "protocol"),
    [("GW302 url-without-id", *rung) for rung in RUNGS] + [("GW306 denied-calls-run", *rung) for rung in RUNGS[1:]],
)
async def test_a_broken_gateway_is_found_on_every_rung(tmp_path: Path, name: str, rung: str, protocol: str) -> None:
    fault = next(one for one in broken.found() if f"{one.check} {one.name}" == name)
    offered = Fault(name=fault.name, check=fault.check, apply=fault.apply, settings=OFFERED.settings)

    checked = await judged(tmp_path, fault.check, offered, rung=rung, protocol=protocol)

    assert checked.verdict.status == "fail", checked.verdict
