"""Signing in to an integration: a page that names who is asked, and the way back from there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from agentport_gateway.domain import redirects
from agentport_gateway.operations.installing import CannotInstallError, UnknownIntegrationError
from agentport_gateway.operations.upstream_sign_in import NoFlowError, SignInFailedError, begin, finish, issuer_of
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render
from agentport_gateway.upstreams.introducing import self_description

if TYPE_CHECKING:
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PAGE = "/oauth/sign-in/{integration_id}"
_GONE = "It is not installed with OAuth any more, or was changed since. Install it again under Integrations."


@pages.get(_PAGE)
async def show(visit: Visit) -> Response:
    """Whom the member is about to sign in to. Opening it begins nothing."""
    integration_id = visit.request.path_params["integration_id"]
    try:
        issuer = await issuer_of(visit.gateway, visit.human.org_id, integration_id)
    except (UnknownIntegrationError, NoFlowError):
        return _problem(visit, "This integration cannot be signed in to", _GONE, 404)
    except CannotInstallError as error:
        return _problem(visit, "This integration cannot be signed in to just now", f"{error}.", 502)
    view = await visit.gateway.views.of(visit.human.org_id)
    connected = view.connected[integration_id]
    return render(
        visit,
        "upstream_sign_in.html",
        # From there people are led on to wherever that server lets them sign in.
        form_targets=(redirects.form_target(issuer), "https:"),
        integration=connected.integration,
        connected=connected.installation.connected,
        issuer=issuer,
        submit_to=visit.request.url.path,
    )


@pages.post(_PAGE)
async def leave(visit: Visit) -> Response:
    """Send this browser to the authorization server, remembering that it was this browser."""
    try:
        where = await begin(visit.gateway, visit.human, visit.session_id, visit.request.path_params["integration_id"])
    except (UnknownIntegrationError, NoFlowError):
        return _problem(visit, "This integration cannot be signed in to", _GONE, 404)
    return RedirectResponse(where, 303)


@pages.get("/oauth/callback/{integration_id}")
async def back(visit: Visit) -> Response:
    """Take the authorization server's answer, if this browser asked for it."""
    given = parse_qsl(visit.request.url.query, keep_blank_values=True, max_num_fields=50)
    answer = dict(given)
    if len(answer) != len(given):
        return _problem(visit, "The sign-in failed", "The answer says the same thing twice.", 400)
    integration_id = visit.request.path_params["integration_id"]
    try:
        await finish(visit.gateway, visit.human, visit.session_id, integration_id, answer)
    except SignInFailedError as error:
        return _problem(visit, "The sign-in failed", str(error), 400)
    return go("/integrations?done=connected")


@pages.get("/oauth/client/{integration_id}", who="anyone")
async def document(visit: Visit) -> Response:
    """What this gateway is as a client, for authorization servers: one document for each address it is answered at."""
    gateway, integration_id = visit.gateway, visit.request.path_params["integration_id"]
    if not gateway.settings.publishes_client_document or not _ID.fullmatch(integration_id):
        raise HTTPException(404)
    content = {
        "client_id": gateway.client_document_url(integration_id),
        "client_uri": gateway.settings.base_url,
        **self_description(gateway.callback_url(integration_id)),
        "token_endpoint_auth_method": "none",
    }
    return JSONResponse(content, headers={"Cache-Control": "public, max-age=3600"})


def _problem(visit: Visit, title: str, advice: str, status: int) -> Response:
    return render(visit, "problem.html", status=status, title=title, advice=advice)
