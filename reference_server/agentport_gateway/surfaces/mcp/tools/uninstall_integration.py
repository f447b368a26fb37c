"""`agentport__uninstall_integration`: take an integration away."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentport_gateway.operations.installing import UnknownIntegrationError, uninstall
from agentport_gateway.surfaces.mcp.meta_tool import Arguments, Invocation, MetaTool, failure, structured
from agentport_gateway.surfaces.mcp.schemas import UNINSTALL_RESULT, answer


class UninstallIntegration(Arguments):
    """Which one."""

    integration_id: str = Field(description="The installed integration's id")


async def run(invocation: Invocation, given: UninstallIntegration) -> dict[str, Any]:
    """That it is gone."""
    try:
        await uninstall(invocation.gateway, invocation.agent.org_id, given.integration_id)
    except UnknownIntegrationError:
        return failure("not_found", f"Integration '{given.integration_id[:100]}' is not installed.")
    message = f"{given.integration_id} was uninstalled; approvals that waited for it have ended."
    return structured({"integration_id": given.integration_id, "uninstalled": True, "message": message}, text=message)


TOOL = MetaTool(
    name="uninstall_integration",
    title="Uninstall an integration",
    description="Remove an installed integration and the credential stored for it.",
    arguments=UninstallIntegration,
    run=run,
    destructive=True,
    output_schema=answer(UNINSTALL_RESULT),
)
