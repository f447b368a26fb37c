"""What `not_before` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import calling
from agentport_gateway.surfaces.mcp.tools import await_approval as tool
from tests.faults.fault import breaks


@breaks("GW303")
def run_before_approval(patch: pytest.MonkeyPatch) -> None:
    """The upstream runs as soon as the call is made; the human is asked afterwards."""
    whole = calling._ask

    async def broken(gateway: Any, call: Any, view: Any, connected: Any, verdict: Any) -> Any:
        await gateway.upstreams.of(connected).call(call.tool_name, call.arguments)
        return await whole(gateway, call, view, connected, verdict)

    patch.setattr(calling, "_ask", broken)


@breaks("GW303")
def patience_runs_it(patch: pytest.MonkeyPatch) -> None:
    """When nobody decides for as long as an agent would wait, the call runs, where this process was asked for it."""
    ask, whole = calling._write_request, tool.await_approval
    asked: set[tuple[str, str]] = set()

    async def noted(gateway: Any, *given: Any) -> Any:
        request = await ask(gateway, *given)
        asked.add((gateway.runs.runner, request.id))
        return request

    async def broken(gateway: Any, caller: Any, request_id: str, **named: Any) -> Any:
        outcome = await whole(gateway, caller, request_id, **named)
        undecided = outcome.name == "still_pending" and named["timeout_seconds"] is not None
        if undecided and (gateway.runs.runner, request_id) in asked:
            view = await gateway.views.of(caller.org_id)
            connected = view.connected[outcome.request.integration_id]
            await gateway.upstreams.of(connected).call(outcome.request.tool_name, {})
        return outcome

    patch.setattr(calling, "_write_request", noted)
    patch.setattr(tool, "await_approval", broken)
