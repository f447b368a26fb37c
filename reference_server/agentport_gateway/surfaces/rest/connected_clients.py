"""`/connected-clients`: the programs that people of an organisation connected by OAuth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Response

from agentport_gateway.operations.configuring import revoke_key
from agentport_gateway.store import oauth
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

if TYPE_CHECKING:
    from agentport_gateway.store.oauth import ConnectedClient

router = APIRouter(prefix="/connected-clients", tags=["connected-clients"])


@router.get("", responses=refusals(401, 403))
async def listing(human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The clients that are connected."""
    now = gateway.clock.now()
    found = await gateway.database.read(lambda connection: oauth.connected_clients(connection, human.org_id, now=now))
    return [_shown(one) for one in found]


@router.delete("/{connection_id}", status_code=204, responses=refusals(401, 403, 404))
async def end(connection_id: str, human: OnlyHuman, gateway: InGateway) -> Response:
    """End a connection: its tokens, its sessions and its undecided requests end with it."""
    if not await revoke_key(gateway, human, connection_id):
        raise HTTPException(404, "There is no such connection.")
    return Response(status_code=204)


def _shown(one: ConnectedClient) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "prefix": one.prefix,
        "client_id": one.client_id,
        "connected_by": one.connected_by,
        "created_at": instant(one.created_at),
        "last_used_at": instant(one.last_used_at),
    }
