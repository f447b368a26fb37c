"""The page on which an operator gives the client that they registered by hand with an authorization server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agentport_gateway.operations.upstream_clients import NoOAuthError, NoServerError, give_client, take_client
from agentport_gateway.store import upstream_clients
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_PAGE = "/integrations/{integration_id}/client"
_MOST = 2_000
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_NOT_PRINTABLE = "Only letters, digits and signs of ASCII: was it copied whole?"


@pages.get(_PAGE)
async def show(visit: Visit) -> Response:
    """What is known, and where answers go."""
    return await _page(visit)


@pages.post(_PAGE)
async def give(visit: Visit) -> Response:
    """Keep the client, for the authorization server that the integration has now."""
    client_id, secret = visit.form.text("client_id", most=_MOST), visit.form.text("client_secret", most=_MOST)
    faults = {
        "client_id": None if client_id else "Give the id that the provider shows.",
        **{
            name: _NOT_PRINTABLE
            for name, text in (("client_id", client_id), ("client_secret", secret))
            if not _PRINTABLE.fullmatch(text)
        },
    }
    if any(faults.values()):
        return await _page(visit, faults=faults, status=422)
    integration_id = visit.request.path_params["integration_id"]
    try:
        await give_client(visit.gateway, visit.human, integration_id, client_id=client_id, client_secret=secret or None)
    except NoOAuthError:
        return await _page(visit)
    except NoServerError as error:
        return await _page(visit, fault=f"Not kept: {error}.", status=422)
    return go("/integrations?done=client-given")


@pages.post(_PAGE + "/remove")
async def take(visit: Visit) -> Response:
    """Forget it."""
    await take_client(visit.gateway, visit.human, visit.request.path_params["integration_id"])
    return go("/integrations?done=client-taken")


async def _page(
    visit: Visit, *, faults: dict[str, str | None] | None = None, fault: str | None = None, status: int = 200
) -> Response:
    integration_id, org_id = visit.request.path_params["integration_id"], visit.human.org_id
    integration = (await visit.gateway.views.of(org_id)).integrations.get(integration_id)
    if integration is None or "oauth" not in integration.auth_methods:
        return go("/integrations")
    client = await visit.gateway.database.read(
        lambda connection: upstream_clients.find(connection, org_id=org_id, integration_id=integration_id)
    )
    return render(
        visit,
        "upstream_client.html",
        status=status,
        integration=integration,
        client=client,
        moved=client is not None and client.address != integration.address,
        callback=visit.gateway.callback_url(integration_id),
        faults=faults or {},
        fault=fault,
        typed_id=visit.form.text("client_id", most=_MOST),
    )
