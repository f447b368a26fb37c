"""What `at_most_once` has to see."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from agentport_gateway.operations.running import Runs
from tests.faults.fault import breaks


@breaks("GW402")
def late_hands_run_it_too(patch: pytest.MonkeyPatch) -> None:
    """Who read the approval before another used it calls the upstream as well; a hand that comes alone does no harm."""
    whole = Runs.join
    running = set()

    def broken(runs: Runs, request: Any) -> Any:
        if request.status == "approved" and request.id in runs:
            running.add(asyncio.ensure_future(call(runs, request)))
        return whole(runs, request)

    async def call(runs: Runs, request: Any) -> None:
        view = await runs._views.of(request.org_id)
        connected = view.connected[request.integration_id]
        await runs._upstreams.of(connected).call(request.tool_name, json.loads(request.arguments))

    patch.setattr(Runs, "join", broken)
