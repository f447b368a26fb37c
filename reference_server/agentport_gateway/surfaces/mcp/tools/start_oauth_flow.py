"""`agentport__start_oauth_flow`: where a human signs in to an integration."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure
from agentport_gateway.surfaces.mcp.schemas import OAUTH_FLOW, answer


class StartOauthFlow(Arguments):
    """Which one."""

    integration_id: str = Field(description="The installed integration's id")


async def run(invocation: Invocation, given: StartOauthFlow) -> dict[str, Any]:
    """The address to open, for integrations that sign in by OAuth."""
    view = await invocation.gateway.views.of(invocation.agent.org_id)
    connected = view.connected.get(given.integration_id)
    if connected is None:
        return failure("not_found", f"Integration '{given.integration_id[:100]}' is not installed.")
    method = connected.installation.auth_method
    return failure(
        "invalid_arguments",
        f"Integration '{given.integration_id}' signs in by {method}; there is no OAuth flow to start.",
    )


TOOL = MetaTool(
    name="start_oauth_flow",
    title="Start an OAuth flow",
    description="Get the address at which the user signs in to an integration that is installed with OAuth.",
    arguments=StartOauthFlow,
    run=run,
    open_world=True,
    output_schema=answer(OAUTH_FLOW),
)
