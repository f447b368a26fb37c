"""`/upstream-clients`: the clients that people registered by hand with integrations' authorization servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.operations.upstream_clients import NoOAuthError, NoServerError, give_client, take_client
from agentport_gateway.store import upstream_clients
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

if TYPE_CHECKING:
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.upstream_clients import UpstreamClient

router = APIRouter(prefix="/upstream-clients", tags=["upstream-clients"])

CLIENT_TEXT = r"^[\x20-\x7e]*$"


class NewUpstreamClient(BaseModel):
    """A client as its authorization server gave it; without a secret it is a public one."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(min_length=1, max_length=2000, pattern=CLIENT_TEXT)
    client_secret: str | None = Field(default=None, min_length=1, max_length=2000, pattern=CLIENT_TEXT, repr=False)


@router.get("", responses=refusals(401, 403))
async def listing(human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The clients that were given, without their secrets."""
    found = await gateway.database.read(lambda connection: upstream_clients.of(connection, human.org_id))
    return [_shown(gateway, one) for one in found]


@router.put("/{integration_id}", responses=refusals(400, 401, 403, 404))
async def give(integration_id: str, given: NewUpstreamClient, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Give a client, for the authorization server that the integration has now."""
    try:
        client = await give_client(
            gateway, human, integration_id, client_id=given.client_id, client_secret=given.client_secret
        )
    except NoOAuthError:
        raise HTTPException(404, "There is no such integration that is signed in to by OAuth.") from None
    except NoServerError as error:
        raise HTTPException(400, f"Not kept: {error}.") from None
    return _shown(gateway, client)


@router.delete("/{integration_id}", status_code=204, responses=refusals(401, 403, 404))
async def take(integration_id: str, human: OnlyHuman, gateway: InGateway) -> Response:
    """Forget it; whoever was signed in with it signs in again."""
    if not await take_client(gateway, human, integration_id):
        raise HTTPException(404, "No client was given for this integration.")
    return Response(status_code=204)


def _shown(gateway: Gateway, client: UpstreamClient) -> dict[str, Any]:
    return {
        "integration_id": client.integration_id,
        "issuer": client.issuer,
        "client_id": client.client_id,
        "has_secret": client.secret is not None,
        "redirect_uri": gateway.callback_url(client.integration_id),
        "updated_at": instant(client.updated_at),
    }
