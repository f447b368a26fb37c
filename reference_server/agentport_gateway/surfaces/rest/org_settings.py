"""`/org-settings`: how long a request waits for its human."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.gateway import Gateway
from agentport_gateway.operations.configuring import set_expiry
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals

router = APIRouter(prefix="/org-settings", tags=["org-settings"])


class OrgSettings(BaseModel):
    """The organisation's own expiry; null goes back to the instance's."""

    model_config = ConfigDict(extra="forbid")

    approval_expiry_minutes: Annotated[int, Field(ge=1, le=1440)] | None


@router.get("", responses=refusals(401, 403))
async def get(human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """The expiry in force, the instance's and the organisation's own."""
    return await _shown(gateway, human.org_id)


@router.patch("", responses=refusals(401, 403))
async def patch(given: OrgSettings, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Set the organisation's own expiry; requests that exist keep theirs."""
    await set_expiry(gateway, human, given.approval_expiry_minutes)
    return await _shown(gateway, human.org_id)


async def _shown(gateway: Gateway, org_id: str) -> dict[str, Any]:
    override = (await gateway.views.of(org_id)).expiry_minutes
    default = gateway.settings.approval_expiry_seconds / 60
    return {
        "approval_expiry_minutes": override if override is not None else default,
        "approval_expiry_minutes_default": default,
        "approval_expiry_minutes_override": override,
    }
