"""`/installed`: the integrations that an organisation uses."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.operations.installing import (
    AlreadyThereError,
    CannotInstallError,
    UnknownIntegrationError,
    install,
    uninstall,
)
from agentport_gateway.operations.upstream_sign_in import NoFlowError, oauth_status, start_flow
from agentport_gateway.surfaces.rest.access import AnyCaller, InGateway
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import installed

router = APIRouter(prefix="/installed", tags=["installed"])


class NewInstallation(BaseModel):
    """What to install, and how it signs in."""

    model_config = ConfigDict(extra="forbid")

    integration_id: str = Field(max_length=100)
    auth_method: Literal["token", "oauth", "none"]
    token: str | None = Field(default=None, max_length=10_000, pattern=r"^[\x20-\x7e]*$", repr=False)


@router.get("", responses=refusals(401))
async def listing(caller: AnyCaller, gateway: InGateway) -> list[dict[str, Any]]:
    """What is installed."""
    view = await gateway.views.of(caller.org_id)
    return [installed(one.installation) for one in view.connected.values()]


@router.post("", status_code=201, responses=refusals(401, 404, 409))
async def add(given: NewInstallation, caller: AnyCaller, gateway: InGateway) -> dict[str, Any]:
    """Install an integration; a token is tried before it is kept."""
    try:
        added = await install(gateway, caller, given.integration_id, given.auth_method, given.token)
    except UnknownIntegrationError:
        raise HTTPException(404, "There is no such integration.") from None
    except AlreadyThereError:
        raise HTTPException(409, "This integration is installed already.") from None
    except CannotInstallError as error:
        raise HTTPException(400, f"Not installed: {error}.") from None
    shown = installed(added)
    if not added.connected:
        shown["authorization_url"] = gateway.sign_in_url(added.integration_id)
    return shown


@router.get("/{integration_id}/auth-status", responses=refusals(401, 404))
async def auth_status(integration_id: str, caller: AnyCaller, gateway: InGateway) -> dict[str, Any]:
    """How it signs in, and how far that is."""
    connected = (await gateway.views.of(caller.org_id)).connected.get(integration_id)
    if connected is None:
        raise HTTPException(404, "This integration is not installed.")
    one = connected.installation
    shown = {"integration_id": one.integration_id, "auth_method": one.auth_method, "connected": one.connected}
    if one.auth_method == "oauth":
        shown["oauth_status"] = await oauth_status(gateway, connected)
    return shown


@router.post("/{integration_id}/oauth-flow", responses=refusals(401, 404, 409, 502))
async def begin_flow(integration_id: str, caller: AnyCaller, gateway: InGateway) -> dict[str, Any]:
    """The page at which a member signs in to it."""
    try:
        url = await start_flow(gateway, caller.org_id, integration_id)
    except UnknownIntegrationError:
        raise HTTPException(404, "This integration is not installed.") from None
    except NoFlowError as method:
        raise HTTPException(409, f"This integration signs in by {method}.") from None
    except CannotInstallError as error:
        raise HTTPException(502, f"No sign-in was started: {error}.") from None
    return {"authorization_url": url, "message": "Open this address and sign in."}


@router.delete("/{integration_id}", status_code=204, responses=refusals(401, 404))
async def remove(integration_id: str, caller: AnyCaller, gateway: InGateway) -> Response:
    """Uninstall; approvals that waited for it end."""
    try:
        await uninstall(gateway, caller.org_id, integration_id)
    except UnknownIntegrationError:
        raise HTTPException(404, "This integration is not installed.") from None
    return Response(status_code=204)
