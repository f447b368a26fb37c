"""`agentport__list_installed_integrations`: what this organisation has installed."""

from __future__ import annotations

from typing import Any

from agentport_gateway.surfaces.mcp.meta_tool import Invocation, MetaTool, NoArguments, structured
from agentport_gateway.surfaces.mcp.schemas import INSTALLED, answer, listing
from agentport_gateway.surfaces.shown import installed


async def run(invocation: Invocation, _given: NoArguments) -> dict[str, Any]:
    """The installed integrations."""
    view = await invocation.gateway.views.of(invocation.agent.org_id)
    return structured({"integrations": [installed(one.installation) for one in view.connected.values()]})


TOOL = MetaTool(
    name="list_installed_integrations",
    title="List installed integrations",
    description="List the integrations whose tools you can call now.",
    arguments=NoArguments,
    run=run,
    reads=True,
    output_schema=answer(listing("integrations", INSTALLED)),
)
