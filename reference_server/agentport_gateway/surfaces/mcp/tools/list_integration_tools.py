"""`agentport__list_integration_tools`: what can be called."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import Field

from agentport_gateway.domain.integrations import matches_query
from agentport_gateway.domain.policy import DEFAULT_MODE
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import TOOL_LISTING, answer
from agentport_gateway.upstreams.upstream import UpstreamError

if TYPE_CHECKING:
    from agentport_gateway.upstreams.upstream import Tool
    from agentport_gateway.views import Connected


class ListTools(Arguments):
    """How to narrow the list."""

    integration_id: str | None = Field(default=None, description="Only this integration; all installed if omitted")
    query: str | None = Field(default=None, description="Words that must all occur in name or description")


async def run(invocation: Invocation, given: ListTools) -> dict[str, Any]:
    """The tools that fit, with the approval mode of each."""
    gateway = invocation.gateway
    view = await gateway.views.of(invocation.agent.org_id)

    async def tools_of(connected: Connected) -> list[Tool]:
        found = await gateway.upstreams.of(connected).tools()
        return [tool for tool in found.values() if matches_query(given.query, tool.name, tool.description)]

    if given.integration_id is not None:
        one = view.connected.get(given.integration_id)
        if one is None:
            return failure("not_found", f"Integration '{given.integration_id[:100]}' is not installed.")
        try:
            tools = await tools_of(one)
        except UpstreamError as error:
            return failure("upstream_failed", f"Tool call failed: {error}")
        shown = [
            {
                "name": tool.name,
                "description": tool.description,
                "inputSchema": tool.input_schema,
                "approval_mode": view.modes.get((given.integration_id, tool.name), DEFAULT_MODE),
            }
            for tool in tools
        ]
        return structured({"integration_id": given.integration_id, "tools": shown})

    everything = list(view.connected.items())
    found = await asyncio.gather(*(tools_of(one) for _, one in everything), return_exceptions=True)
    listed: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    for (integration_id, _), one_found in zip(everything, found, strict=True):
        if isinstance(one_found, UpstreamError):
            failed.append({"integration_id": integration_id, "error": str(one_found)})
        elif isinstance(one_found, BaseException):
            raise one_found
        else:
            listed += [
                {
                    "integration_id": integration_id,
                    "name": tool.name,
                    "description": tool.description,
                    "approval_mode": view.modes.get((integration_id, tool.name), DEFAULT_MODE),
                }
                for tool in one_found
            ]
    return structured({"tools": listed, **({"unavailable": failed} if failed else {})})


TOOL = MetaTool(
    name="list_integration_tools",
    title="List integration tools",
    description="List the tools of one installed integration with input schemas, or of all without them.",
    arguments=ListTools,
    run=run,
    reads=True,
    open_world=True,
    output_schema=answer(TOOL_LISTING),
)
