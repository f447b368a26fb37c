"""`agentport__describe_tool`: one tool, and what policy says about it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.domain.policy import DEFAULT_MODE
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import TOOL_DESCRIPTION, answer
from agentport_gateway.upstreams.upstream import UpstreamError

_NOTES = {
    "allow": "Runs at once.",
    "require_approval": "A human has to approve each call; agentport__await_approval then has the result.",
    "deny": "Blocked: calls are refused.",
}


class DescribeTool(Arguments):
    """Which one."""

    integration_id: str = Field(description="The installed integration's id")
    tool_name: str = Field(description="The tool's name")


async def run(invocation: Invocation, given: DescribeTool) -> dict[str, Any]:
    """The tool's schema and its approval mode. The mode in force when a call is made is what counts."""
    view = await invocation.gateway.views.of(invocation.agent.org_id)
    connected = view.connected.get(given.integration_id)
    if connected is None:
        return failure("not_found", f"Integration '{given.integration_id[:100]}' is not installed.")
    try:
        tool = (await invocation.gateway.upstreams.of(connected).tools()).get(given.tool_name)
    except UpstreamError as error:
        return failure("upstream_failed", f"Tool call failed: {error}")
    if tool is None:
        return failure("not_found", f"Integration '{given.integration_id}' has no tool '{given.tool_name[:200]}'.")
    place = (given.integration_id, given.tool_name)
    mode = view.modes.get(place, DEFAULT_MODE)
    note = _NOTES[mode]
    if view.rules.get(place):
        note += " Conditional rules may decide differently for particular arguments."
    return structured(
        {
            "integration_id": given.integration_id,
            "tool": {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema},
            "approval": {
                "mode": mode,
                "source": "configured" if place in view.modes else "default",
                "note": note,
            },
        }
    )


TOOL = MetaTool(
    name="describe_tool",
    title="Describe a tool",
    description="Show one tool's input schema and whether a call of it needs a human's approval.",
    arguments=DescribeTool,
    run=run,
    reads=True,
    open_world=True,
    output_schema=answer(TOOL_DESCRIPTION),
)
