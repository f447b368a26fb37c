"""What `await_runs` has to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.store import approvals
from agentport_gateway.surfaces.mcp.tools import await_approval as tool
from tests.faults.fault import breaks


@breaks("GW304")
def another_result(patch: pytest.MonkeyPatch) -> None:
    """The await tells that the call ran, and not what came of it."""
    whole = tool.await_approval

    async def broken(*given: Any, **named: Any) -> Any:
        outcome = await whole(*given, **named)
        return outcome if outcome.result is None else _telling(outcome, "The approved call has run.")

    patch.setattr(tool, "await_approval", broken)


@breaks("GW304")
def who_waited_has_to_ask_again(patch: pytest.MonkeyPatch) -> None:
    """An await that was parked when the human approved once hears of that alone: the next one brings the result."""
    whole = tool.await_approval

    async def broken(gateway: Any, caller: Any, request_id: str, **named: Any) -> Any:
        before = await gateway.database.read(
            lambda connection: approvals.find(connection, org_id=caller.org_id, request_id=request_id)
        )
        outcome = await whole(gateway, caller, request_id, **named)
        parked = before is not None and before.status == "pending"
        if not parked or outcome.result is None or outcome.request.decision_mode != "approve_once":
            return outcome
        return _telling(outcome, "A human has approved this call. Await it again for its result.")

    patch.setattr(tool, "await_approval", broken)


def _telling(outcome: Any, words: str) -> Any:
    return replace(outcome, result=UpstreamResult.from_json({"content": [{"type": "text", "text": words}]}))
