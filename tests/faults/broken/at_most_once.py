"""What `at_most_once` has to see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agentport_gateway.operations.running import Runs
from tests.faults.fault import breaks


@breaks("GW402")
def every_waiter_runs_it(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits when the approval comes calls the upstream."""
    whole = Runs.join
    running = set()

    def broken(runs: Runs, request: Any) -> Any:
        if request.status == "approved":
            running.add(asyncio.ensure_future(call(runs, request)))
        return whole(runs, request)

    async def call(runs: Runs, request: Any) -> None:
        import json

        view = await runs._views.of(request.org_id)
        connected = view.connected[request.integration_id]
        await runs._upstreams.of(connected).call(request.tool_name, json.loads(request.arguments))

    patch.setattr(Runs, "join", broken)
