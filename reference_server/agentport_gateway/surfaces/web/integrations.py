"""Integrations: what is connected, what can be, and those that an organisation declares itself."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agentport_gateway.catalog import demo_shop
from agentport_gateway.domain.exact_json import InexactJsonError, parse
from agentport_gateway.domain.integrations import matches_query
from agentport_gateway.operations.installing import (
    AlreadyThereError,
    CannotInstallError,
    UnknownIntegrationError,
    add_custom,
    install,
    remove_custom,
    uninstall,
)
from agentport_gateway.store.integrations import CustomIntegration
from agentport_gateway.surfaces.declared import NewApi, NewCustom, declared_api, declared_server
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, has_template, render
from agentport_gateway.surfaces.web.typed import faults_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.domain.integrations import AuthMethod, Integration
    from agentport_gateway.surfaces.web.visit import Visit
    from agentport_gateway.views import View

pages = Pages()

_DONE = {
    "connected": "Signed in. Every tool of it asks for approval until you decide otherwise under Tools.",
    "installed": "Installed. Every tool of it asks for approval until you decide otherwise under Tools.",
    "uninstalled": "Uninstalled. Requests that waited for it have ended.",
    "removed": "Removed, with its installation.",
    "client-given": "Kept. Signing in to the integration uses it from now on.",
    "client-taken": "Removed. Signing in to the integration does without it from now on.",
    "demo-shop": "Installed, to try things out with. Uninstall and remove it here when you have seen enough.",
    "added": "Added. Install it to use its tools.",
}
_METHODS: tuple[AuthMethod, ...] = ("oauth", "token", "none")
_EXAMPLE = [
    {
        "name": "get_order",
        "description": "Look up one order",
        "method": "GET",
        "path": "/orders/{order}",
        "parameters": [{"name": "order", "in": "path", "description": "The order's number"}],
    },
    {
        "name": "refund_order",
        "description": "Pay an order back",
        "method": "POST",
        "path": "/orders/{order}/refund",
        "parameters": [
            {"name": "order", "in": "path"},
            {"name": "amount", "in": "body", "type": "number", "required": True},
        ],
    },
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An integration that can be installed, and the forms by which: `install/<method>.html` for each."""

    integration: Integration
    ways: tuple[AuthMethod, ...]


def offer(integration: Integration) -> Offer:
    """The ways to install an integration for which there is a form."""
    ways = tuple(
        method for method in _METHODS if method in integration.auth_methods and has_template(f"install/{method}.html")
    )
    return Offer(integration=integration, ways=ways)


@pages.get("/integrations")
async def show(visit: Visit) -> Response:
    """What is connected and what can be."""
    return await _page(visit)


@pages.post("/integrations/install")
async def add(visit: Visit) -> Response:
    """Install an integration; a token is tried before it is kept."""
    wanted, token = visit.form.text("integration_id", most=100), visit.form.text("token")
    method: AuthMethod = next((one for one in _METHODS if one == visit.form.text("auth_method")), "none")
    try:
        installed = await install(visit.gateway, visit.human, wanted, method, token or None)
    except AlreadyThereError:
        return go("/integrations")
    except UnknownIntegrationError:
        return await _page(visit, fault="There is no such integration.", status=404)
    except CannotInstallError as error:
        return await _page(visit, fault=f"Not installed: {error}.", about=wanted, status=422)
    return go("/integrations?done=installed" if installed.connected else f"/oauth/sign-in/{wanted}")


@pages.post("/integrations/demo-shop")
async def try_out(visit: Visit) -> Response:
    """Give an organisation that has nothing to try a shop that only pretends."""
    definition = demo_shop()
    now, integration_id = visit.gateway.clock.now(), f"{definition.pop('id')}_shop"
    custom = CustomIntegration(
        org_id=visit.human.org_id,
        id=integration_id,
        definition=definition,
        secret=None,
        created_at=now,
        updated_at=now,
    )
    with contextlib.suppress(AlreadyThereError):
        await add_custom(visit.gateway, custom)
    with contextlib.suppress(AlreadyThereError):
        await install(visit.gateway, visit.human, integration_id, "none", None)
    return go("/integrations?done=demo-shop")


@pages.post("/integrations/uninstall")
async def leave(visit: Visit) -> Response:
    """Uninstall; what waits for it ends."""
    try:
        await uninstall(visit.gateway, visit.human.org_id, visit.form.text("integration_id", most=100))
    except UnknownIntegrationError:
        return await _page(visit, fault="This integration is not installed.", status=404)
    return go("/integrations?done=uninstalled")


@pages.post("/integrations/remove")
async def remove(visit: Visit) -> Response:
    """Remove an integration that the organisation declared itself."""
    try:
        await remove_custom(visit.gateway, visit.human.org_id, visit.form.text("integration_id", most=100))
    except UnknownIntegrationError:
        return await _page(visit, fault="There is no such integration of your own.", status=404)
    return go("/integrations?done=removed")


@pages.get("/integrations/add-server")
async def server_form(visit: Visit) -> Response:
    """The form for a remote MCP server."""
    return render(visit, "add_server.html", given={}, faults={})


@pages.post("/integrations/add-server")
async def add_server(visit: Visit) -> Response:
    """Declare a remote MCP server by its URL."""
    given: dict[str, Any] = {name: visit.form.text(name) for name in ("name", "url", "description")}
    given |= {name: text for name in ("token_header", "token_format") if (text := visit.form.text(name))}
    given["auth_methods"] = list(_METHODS)
    try:
        custom = declared_server(
            NewCustom.model_validate(given), org_id=visit.human.org_id, now=visit.gateway.clock.now()
        )
    except ValidationError as error:
        return render(visit, "add_server.html", given=given, faults=faults_of(error), status=422)
    return await _keep(visit, custom, "add_server.html", given)


@pages.get("/integrations/add-api")
async def api_form(visit: Visit) -> Response:
    """The form for a REST API."""
    return render(visit, "add_api.html", given={"tools": json.dumps(_EXAMPLE, indent=2)}, faults={})


@pages.post("/integrations/add-api")
async def add_api(visit: Visit) -> Response:
    """Declare a REST API."""
    given: dict[str, Any] = {name: visit.form.text(name) for name in ("name", "base_url", "description")}
    given |= {name: text for name in ("token_header", "token_format") if (text := visit.form.text(name))}
    typed = visit.form.text("tools", most=500_000)
    try:
        tools = parse(typed.encode("utf-8", "replace"))
        api = NewApi.model_validate({**given, "tools": tools})
    except InexactJsonError as error:
        return render(
            visit, "add_api.html", given={**given, "tools": typed}, faults={"tools": f"Not taken: {error}."}, status=422
        )
    except ValidationError as error:
        return render(visit, "add_api.html", given={**given, "tools": typed}, faults=faults_of(error), status=422)
    custom = declared_api(api, org_id=visit.human.org_id, now=visit.gateway.clock.now())
    return await _keep(visit, custom, "add_api.html", {**given, "tools": typed})


async def _keep(visit: Visit, custom: CustomIntegration, template: str, given: dict[str, Any]) -> Response:
    try:
        await add_custom(visit.gateway, custom)
    except AlreadyThereError:
        fault = "There is an integration of this name already."
        return render(visit, template, given=given, faults={"name": fault}, status=409)
    return go("/integrations?done=added")


async def _page(visit: Visit, *, fault: str | None = None, about: str | None = None, status: int = 200) -> Response:
    view: View = await visit.gateway.views.of(visit.human.org_id)
    query = visit.request.query_params.get("q", "")[:200]
    known = sorted(view.integrations.values(), key=lambda one: (not one.custom, one.name.casefold()))
    return render(
        visit,
        "integrations.html",
        status=status,
        connected=list(view.connected.values()),
        offers=[
            offer(one)
            for one in known
            if one.id not in view.connected and matches_query(query, one.id, one.name, one.description)
        ],
        query=query,
        fault=fault,
        about=about,
        done=_DONE.get(visit.request.query_params.get("done", "")),
    )
