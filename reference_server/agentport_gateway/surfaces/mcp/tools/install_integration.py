"""`agentport__install_integration`: make an integration's tools callable."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from agentport_gateway.operations.installing import (
    AlreadyThereError,
    CannotInstallError,
    UnknownIntegrationError,
    install,
)
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import INSTALL_RESULT, answer


class InstallIntegration(Arguments):
    """What to install, and how it signs in."""

    integration_id: str = Field(description="The integration's id, as listed")
    auth_method: Literal["token", "oauth", "none"] = Field(
        description="How the gateway signs in to it; one of the integration's auth_methods"
    )
    token: str | None = Field(default=None, description="The integration's own token, for auth_method token")


async def run(invocation: Invocation, given: InstallIntegration) -> dict[str, Any]:
    """Whether it is installed and connected now."""
    try:
        installation = await install(
            invocation.gateway, invocation.agent, given.integration_id, given.auth_method, given.token
        )
    except UnknownIntegrationError:
        return failure("not_found", f"There is no integration '{given.integration_id[:100]}'.")
    except AlreadyThereError:
        return failure("invalid_arguments", f"Integration '{given.integration_id}' is already installed.")
    except CannotInstallError as error:
        return failure("invalid_arguments", f"Not installed: {error}.")
    installed: dict[str, Any] = {
        "installed": True,
        "connected": installation.connected,
        "integration_id": installation.integration_id,
    }
    if installation.connected:
        installed["message"] = f"{installation.integration_id} is installed and its tools can be called."
    else:
        url = installed["authorization_url"] = invocation.gateway.sign_in_url(installation.integration_id)
        installed["message"] = (
            f"{installation.integration_id} is installed. Share {url} with the user: its tools can be called once "
            "they have signed in there. agentport__get_auth_status shows when they have."
        )
    return structured(installed)


TOOL = MetaTool(
    name="install_integration",
    title="Install an integration",
    description="Install an available integration, so that its tools can be called.",
    arguments=InstallIntegration,
    run=run,
    open_world=True,
    output_schema=answer(INSTALL_RESULT),
)
