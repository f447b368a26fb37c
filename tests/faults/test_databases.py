"""The reference gateway passes every check on every revision, on both of its databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway import check_stand
from tests.faults.fault import Fault
from tests.faults.stage import staged

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.postgresql, pytest.mark.timeout(600)]


@pytest.mark.parametrize("protocol", ["legacy", "2026-07-28"])
async def test_the_reference_gateway_passes_every_check_on_postgresql(
    tmp_path: Path, database: str, protocol: str
) -> None:
    on_postgresql = Fault(name="on-postgresql", check="", settings={"database_url": database})
    async with staged(tmp_path, on_postgresql, protocol=protocol) as stand:
        run = await check_stand(gateway_checks(), stand)

    (session,) = run.sessions
    assert [one for one in session.verdicts if one.status != "pass"] == []
    assert session.warnings == ()
