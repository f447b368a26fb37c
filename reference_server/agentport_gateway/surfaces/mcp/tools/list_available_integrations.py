"""`agentport__list_available_integrations`: what could be installed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from agentport_gateway.domain.integrations import matches_query
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, structured
from agentport_gateway.surfaces.mcp.schemas import INTEGRATION, answer, listing


class ListAvailable(Arguments):
    """How to narrow the list."""

    type: Literal["remote_mcp", "custom"] | None = Field(default=None, description="Only this type")
    query: str | None = Field(default=None, description="Words that must all occur in id, name or description")


async def run(invocation: Invocation, given: ListAvailable) -> dict[str, Any]:
    """The integrations that fit."""
    view = await invocation.gateway.views.of(invocation.agent.org_id)
    found = [
        integration.as_listed()
        for integration in sorted(view.integrations.values(), key=lambda one: one.id)
        if given.type in (None, integration.type)
        and matches_query(given.query, integration.id, integration.name, integration.description)
    ]
    return structured({"integrations": found})


TOOL = MetaTool(
    name="list_available_integrations",
    title="List available integrations",
    description="List the integrations that can be installed.",
    arguments=ListAvailable,
    run=run,
    reads=True,
    output_schema=answer(listing("integrations", INTEGRATION)),
)
