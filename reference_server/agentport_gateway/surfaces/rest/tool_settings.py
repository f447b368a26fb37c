"""`/tool-settings`: what each tool may do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from agentport_gateway.domain.policy import Mode
from agentport_gateway.operations.configuring import set_mode
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.rest.second_factor import require

router = APIRouter(prefix="/tool-settings", tags=["tool-settings"])


class NewMode(BaseModel):
    """The mode to set."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    totp_code: str | None = None


@router.get("/{integration_id}", responses=refusals(401, 403))
async def listing(integration_id: str, human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The tools of an integration that somebody configured."""
    view = await gateway.views.of(human.org_id)
    return [
        {"integration_id": of, "tool_name": tool_name, "mode": mode}
        for (of, tool_name), mode in sorted(view.modes.items())
        if of == integration_id
    ]


@router.put("/{integration_id}/{tool_name}", responses=refusals(401, 403, 404))
async def put(
    integration_id: str, tool_name: str, given: NewMode, human: OnlyHuman, gateway: InGateway
) -> dict[str, Any]:
    """Set a tool's mode; denying ends what is pending or approved for it."""
    view = await gateway.views.of(human.org_id)
    if integration_id not in view.integrations:
        raise HTTPException(404, "There is no such integration.")
    if given.mode == "allow":
        await require(gateway, human, given.totp_code)
    await set_mode(gateway, human, integration_id, tool_name, given.mode)
    return {"integration_id": integration_id, "tool_name": tool_name, "mode": given.mode}
