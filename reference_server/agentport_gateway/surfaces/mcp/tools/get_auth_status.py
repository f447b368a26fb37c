"""`agentport__get_auth_status`: whether an installed integration is signed in."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.operations.upstream_sign_in import oauth_status
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import AUTH_STATUS, answer


class GetAuthStatus(Arguments):
    """Which one."""

    integration_id: str = Field(description="The installed integration's id")


async def run(invocation: Invocation, given: GetAuthStatus) -> dict[str, Any]:
    """How it signs in, and whether it is connected."""
    view = await invocation.gateway.views.of(invocation.agent.org_id)
    connected = view.connected.get(given.integration_id)
    if connected is None:
        return failure("not_found", f"Integration '{given.integration_id[:100]}' is not installed.")
    installation = connected.installation
    status: dict[str, Any] = {
        "integration_id": installation.integration_id,
        "auth_method": installation.auth_method,
        "connected": installation.connected,
    }
    if installation.auth_method == "oauth":
        status["oauth_status"] = await oauth_status(invocation.gateway, connected)
    return structured(status)


TOOL = MetaTool(
    name="get_auth_status",
    title="Get an integration's sign-in status",
    description="Show how an installed integration signs in, and whether it is connected.",
    arguments=GetAuthStatus,
    run=run,
    reads=True,
    output_schema=answer(AUTH_STATUS),
)
