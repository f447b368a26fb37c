"""What `await_unknown` has to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentport_gateway.operations import awaiting
from agentport_gateway.store import approvals
from agentport_gateway.surfaces.mcp.tools import await_approval as tool
from tests.faults.fault import breaks


@breaks("GW309")
def strangers_requests_are_told_apart(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks learns that somebody has such a request."""
    whole = tool.await_approval

    async def broken(gateway: Any, caller: Any, request_id: str, **named: Any) -> Any:
        outcome = await whole(gateway, caller, request_id, **named)
        there = await gateway.database.read(lambda connection: approvals.exists_for_anybody(connection, request_id))
        if outcome.name == "not_found" and there:
            return replace(outcome, message=f"Approval request '{request_id}' belongs to another organisation.")
        return outcome

    patch.setattr(tool, "await_approval", broken)


@breaks("GW309")
def unknown_requests_are_waited_for(patch: pytest.MonkeyPatch) -> None:
    """What is not there may still come."""
    whole = awaiting.wording.not_found

    def broken(request_id: str) -> Any:
        return replace(whole(request_id), name="still_pending", message=f"Still pending: {request_id}")

    patch.setattr(awaiting.wording, "not_found", broken)
