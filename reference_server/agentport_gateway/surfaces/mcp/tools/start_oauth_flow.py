"""`agentport__start_oauth_flow`: where a human signs in to an integration."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.operations.installing import CannotInstallError, UnknownIntegrationError
from agentport_gateway.operations.upstream_sign_in import NoFlowError, start_flow
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import OAUTH_FLOW, answer


class StartOauthFlow(Arguments):
    """Which one."""

    integration_id: str = Field(description="The installed integration's id")


async def run(invocation: Invocation, given: StartOauthFlow) -> dict[str, Any]:
    """The address to open, for integrations that sign in by OAuth."""
    try:
        url = await start_flow(invocation.gateway, invocation.agent.org_id, given.integration_id)
    except UnknownIntegrationError:
        return failure("not_found", f"Integration '{given.integration_id[:100]}' is not installed.")
    except NoFlowError as method:
        return failure(
            "invalid_arguments",
            f"Integration '{given.integration_id}' signs in by {method}; there is no OAuth flow to start.",
        )
    except CannotInstallError as error:
        return failure("upstream_failed", f"No OAuth flow was started: {error}.")
    return structured(
        {
            "authorization_url": url,
            "message": f"Share {url} with the user. agentport__get_auth_status shows when they have signed in there.",
        }
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
