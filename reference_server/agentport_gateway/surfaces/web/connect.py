"""Connect: the API keys that agents use, and how each client is told about this gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.domain.client_setups import client_setups
from agentport_gateway.operations.configuring import create_key, revoke_key
from agentport_gateway.store import accounts, oauth
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_DONE = {
    "revoked": "Revoked. Whoever used it is refused from now on.",
    "disconnected": "Disconnected. It is refused from now on.",
}


@pages.get("/connect")
async def show(visit: Visit) -> Response:
    """The keys, and the texts to copy."""
    return await _page(visit)


@pages.post("/connect/keys")
async def make(visit: Visit) -> Response:
    """Make a key. It is shown in this answer and never again."""
    name = visit.form.text("name", most=200)
    if not name:
        return await _page(visit, fault="Give the key a name: the client or the machine that uses it.", status=422)
    key, secret = await create_key(visit.gateway, visit.human, name)
    return await _page(visit, made=key, secret=secret)


@pages.post("/connect/keys/revoke")
async def revoke(visit: Visit) -> Response:
    """Revoke a key: its sessions and what it asked for end at once."""
    if not await revoke_key(visit.gateway, visit.human, visit.form.text("key_id", most=100)):
        return await _page(visit, fault="This key is revoked already.", status=404)
    return go("/connect?done=revoked")


@pages.post("/connect/clients/end")
async def disconnect(visit: Visit) -> Response:
    """End a client's connection: its tokens, its sessions and what it asked for."""
    if not await revoke_key(visit.gateway, visit.human, visit.form.text("connection_id", most=100)):
        return await _page(visit, fault="This client is disconnected already.", status=404)
    return go("/connect?done=disconnected")


async def _page(
    visit: Visit,
    *,
    made: accounts.ApiKey | None = None,
    secret: str | None = None,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    org_id, now = visit.human.org_id, visit.gateway.clock.now()
    await visit.gateway.keys.note_uses()
    keys = await visit.gateway.database.read(lambda connection: accounts.keys_of(connection, org_id))
    connected = await visit.gateway.database.read(
        lambda connection: oauth.connected_clients(connection, org_id, now=now)
    )
    mcp_url = f"{visit.gateway.settings.base_url}/mcp"
    return render(
        visit,
        "connect.html",
        status=status,
        keys=keys,
        connected_clients=connected,
        made=made,
        secret=secret,
        fault=fault,
        mcp_url=mcp_url,
        clients=client_setups(mcp_url, secret),
        done=_DONE.get(visit.request.query_params.get("done", "")),
    )
