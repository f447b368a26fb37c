"""`agentport__get_integration`: one integration of the catalogue."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import INTEGRATION, answer


class GetIntegration(Arguments):
    """Which one."""

    integration_id: str = Field(description="The integration's id, as listed")


async def run(invocation: Invocation, given: GetIntegration) -> dict[str, Any]:
    """The integration."""
    view = await invocation.gateway.views.of(invocation.agent.org_id)
    integration = view.integrations.get(given.integration_id)
    if integration is None:
        return failure("not_found", f"There is no integration '{given.integration_id[:100]}'.")
    return structured(integration.as_listed())


TOOL = MetaTool(
    name="get_integration",
    title="Get an integration",
    description="Show one available integration.",
    arguments=GetIntegration,
    run=run,
    reads=True,
    output_schema=answer(INTEGRATION),
)
