"""What `await_denied` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import deciding
from agentport_gateway.surfaces.mcp.tools import await_approval as tool
from agentport_gateway.surfaces.rest import tool_approvals
from tests.faults.fault import breaks


@breaks("GW306")
def denied_calls_run(patch: pytest.MonkeyPatch) -> None:
    """Whatever the human decides, the call runs."""
    whole = deciding.decide

    async def broken(gateway: Any, human: Any, request_id: str, _decision: Any, **named: Any) -> Any:
        return await whole(gateway, human, request_id, "approve_once", **named)

    patch.setattr(tool_approvals, "decide", broken)


@breaks("GW306")
def denial_is_told_as_an_error(patch: pytest.MonkeyPatch) -> None:
    """The agent hears that something failed, and nothing of a human."""
    from agentport_gateway.domain import wording

    whole = tool.await_approval

    async def broken(*given: Any, **named: Any) -> Any:
        outcome = await whole(*given, **named)
        return wording.upstream_failed("try again") if outcome.name == "denied_by_human" else outcome

    patch.setattr(tool, "await_approval", broken)


@breaks("GW306")
def denial_looks_fine(patch: pytest.MonkeyPatch) -> None:
    """`isError` is not set."""
    whole = tool.result_of

    def broken(gateway: Any, outcome: Any) -> Any:
        result = whole(gateway, outcome)
        return {**result, "isError": False} if outcome.name == "denied_by_human" else result

    patch.setattr(tool, "result_of", broken)
