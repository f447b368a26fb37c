"""`agentport__call_tool`: run a tool of an installed integration, or ask a human first."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.operations.calling import Call
from agentport_gateway.operations.calling import call_tool as call
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool
from agentport_gateway.surfaces.mcp.results import result_of
from agentport_gateway.surfaces.mcp.schemas import CALL_RESULT


class CallTool(Arguments):
    """What to call, and why."""

    integration_id: str = Field(description="The installed integration, as listed")
    tool_name: str = Field(description="The tool's name, as listed for that integration")
    arguments: dict[str, Any] = Field(description="The tool's own arguments; see agentport__describe_tool")
    additional_info: str | None = Field(
        default=None,
        max_length=20_000,
        description="For the human who reviews the call: what it does and why it is needed now. "
        "Never sent to the integration.",
    )


async def run(invocation: Invocation, given: CallTool) -> dict[str, Any]:
    """The upstream's result, or what happened instead."""
    outcome = await call(
        invocation.gateway,
        Call(
            caller=invocation.agent,
            surface="mcp",
            integration_id=given.integration_id,
            tool_name=given.tool_name,
            arguments=given.arguments,
            additional_info=given.additional_info,
            origin=invocation.origin,
        ),
    )
    return result_of(invocation.gateway, outcome)


TOOL = MetaTool(
    name="call_tool",
    title="Call a tool",
    description="Call a tool of an installed integration. It runs at once if policy allows it; otherwise the "
    "result has outcome approval_required with an approval_url for the user and a request_id to await.",
    arguments=CallTool,
    run=run,
    destructive=True,
    open_world=True,
    output_schema=CALL_RESULT,
)
