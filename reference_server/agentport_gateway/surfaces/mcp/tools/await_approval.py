"""`agentport__await_approval`: wait for a human's decision and return the approved call's result."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field

from agentport_gateway.domain import wording
from agentport_gateway.operations.awaiting import await_approval
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool
from agentport_gateway.surfaces.mcp.results import result_of
from agentport_gateway.surfaces.mcp.schemas import CALL_RESULT

POLL_BUDGET = "agentport/poll_budget_seconds"
"""In the tool's `_meta`: how long one await is held at most, so that a client can wait longer."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class AwaitApproval(Arguments):
    """Which request to wait for."""

    request_id: str = Field(
        description="The request_id from an approval_required result. It names one call and stays valid "
        "until the request expires; a finished request still returns its result."
    )
    timeout_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Return still_pending after this long; the server's own limit may be shorter",
    )


async def run(invocation: Invocation, given: AwaitApproval) -> dict[str, Any]:
    """The result of the approved call, or the state of the request."""
    if _UUID.fullmatch(given.request_id) is None:
        return result_of(invocation.gateway, wording.not_found(given.request_id[:100]))
    outcome = await await_approval(
        invocation.gateway,
        invocation.agent,
        given.request_id.lower(),
        timeout_seconds=given.timeout_seconds,
        on_progress=invocation.report_progress,
    )
    return result_of(invocation.gateway, outcome)


TOOL = MetaTool(
    name="await_approval",
    title="Await an approval",
    description="Wait until a human has decided on a request, and return the approved call's result: it "
    "runs by itself, do not make it again. still_pending means: await again. Call this in the "
    "same turn as call_tool.",
    arguments=AwaitApproval,
    run=run,
    destructive=True,
    idempotent=True,
    open_world=True,
    output_schema=CALL_RESULT,
    states=lambda settings: {POLL_BUDGET: settings.poll_budget_seconds},
)
