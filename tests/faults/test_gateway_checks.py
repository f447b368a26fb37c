"""Every check passes on the reference gateway, and fails on each gateway that is broken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentport_harness.bench.judging import run_check
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import check_stand
from tests.faults import broken
from tests.faults.fault import Fault
from tests.faults.stage import staged

CHECKS = {check.id: check for check in gateway_checks()}
FAULTS = {f"{fault.check} {fault.name}": fault for fault in broken.found()}
# a busy machine may take long for it: nothing that is judged depends on that
pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]


@pytest.mark.parametrize("protocol", ["legacy", "2026-07-28"])
async def test_the_reference_gateway_passes_every_check(tmp_path: Path, protocol: str) -> None:
    async with staged(tmp_path, protocol=protocol) as stand:
        run = await check_stand(gateway_checks(), stand)

    (session,) = run.sessions
    assert [one for one in session.verdicts if one.status != "pass"] == []
    assert session.warnings == ()


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_a_broken_gateway_is_found_by_its_check(name: str, tmp_path: Path) -> None:
    fault: Fault = FAULTS[name]
    check = CHECKS[fault.check]

    async with staged(tmp_path, fault) as stand:
        if check.isolation == "expiry" and stand.first.adapter:
            await stand.first.adapter.set_expiry(60)
        checked = await run_check(check, stand)

    assert checked.verdict.status == ("fail" if check.level == "MUST" else "warn"), checked.verdict
    assert checked.left_behind == ()


def test_every_check_has_a_broken_gateway() -> None:
    assert {fault.check for fault in FAULTS.values()} == set(CHECKS)
