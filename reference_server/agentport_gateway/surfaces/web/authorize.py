"""`/authorize` and the consent page: a client asks, a signed-in member of the organisation answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mcp.server.auth.handlers.authorize import AuthorizationHandler
from pydantic import AnyUrl, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agentport_gateway.domain import redirects
from agentport_gateway.operations.client_documents import is_address
from agentport_gateway.operations.connecting import StaleWishError, allow, open_wish
from agentport_gateway.surfaces.oauth.provider import CONSENT, Client, Provider
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import render

if TYPE_CHECKING:
    from agentport_gateway.operations.connecting import Wish
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_MOST_QUERY = 4_000
_CANNOT = "This client cannot be connected"
_STALE = "Go back to the program that you want to connect, and start again there."


@pages.get("/authorize", who="anyone")
async def authorize(visit: Visit) -> Response:
    """Judge what the client asks for, by the SDK's rules and stricter ones, and go on to the consent page."""
    if not visit.gateway.settings.offers_oauth:
        return _refuse(visit, "This gateway is reached without TLS, so that clients connect by API key only.")
    if not await visit.gateway.limits.admits("authorize", visit.address):
        return _refuse(visit, "Too many clients asked from your address. Try again later.", status=429)
    asked = parse_qsl(visit.request.url.query, keep_blank_values=True)
    if (fault := _fault(visit, asked)) is not None:
        return _refuse(visit, fault)
    provider = Provider(visit.gateway, visit.address)
    answer = await AuthorizationHandler(provider).handle(_explicit(visit.request, dict(asked)))
    if not isinstance(answer, RedirectResponse):
        return _refuse(visit, provider.why_not or "It is not known here, or its answer would go where it may not.")
    location = answer.headers["location"]
    if not location.startswith(f"{visit.gateway.settings.base_url}{CONSENT}?"):
        # The client hears of its mistake from the server it asked, and can see that it is that server.
        answer.headers["location"] = redirects.answer(location, iss=visit.gateway.settings.base_url)
    return answer


@pages.get(CONSENT)
async def show(visit: Visit) -> Response:
    """Who asks, and for what."""
    return await _ask(visit, visit.request.query_params.get("wish", ""))


@pages.post(CONSENT)
async def decide(visit: Visit) -> Response:
    """Send the answer to the client."""
    sealed = visit.form.raw("wish", most=_MOST_QUERY)
    try:
        wish = open_wish(visit.gateway, sealed)
    except StaleWishError:
        return _refuse(visit, _STALE)
    issuer = visit.gateway.settings.base_url
    match visit.form.text("answer"):
        case "allow":
            code = await allow(visit.gateway, visit.human, wish)
            where = redirects.answer(wish.redirect_uri, code=code, state=wish.state, iss=issuer)
        case "refuse":
            where = redirects.answer(wish.redirect_uri, error="access_denied", state=wish.state, iss=issuer)
        case _:
            return await _ask(visit, sealed)
    return RedirectResponse(where, 303)


async def _ask(visit: Visit, sealed: str) -> Response:
    try:
        wish = open_wish(visit.gateway, sealed)
    except StaleWishError:
        return _refuse(visit, _STALE)
    client = await Provider(visit.gateway, visit.address).get_client(wish.client_id)
    if client is None:
        return _refuse(visit, _STALE)
    return render(
        visit,
        "consent.html",
        form_targets=(redirects.form_target(wish.redirect_uri),),
        wish=sealed,
        **_shown(wish, client),
    )


def _shown(wish: Wish, client: Client) -> dict[str, Any]:
    vouching = urlsplit(wish.client_id).netloc if is_address(wish.client_id) else None
    return {
        "client_name": client.shown_name,
        "vouched_by": vouching,
        "redirect_uri": wish.redirect_uri,
        "destination": redirects.destination(wish.redirect_uri),
        "submit_to": CONSENT,
    }


def _fault(visit: Visit, asked: list[tuple[str, str]]) -> str | None:
    """Why the request is not even looked at."""
    if len(visit.request.url.query) > _MOST_QUERY:
        return "What it asks is too long."
    names = [name for name, _ in asked]
    if len(names) != len(set(names)):
        return "It says the same thing twice, which two readers could understand differently."
    if any("\x00" in text for pair in asked for text in pair):
        return "It says something that cannot be read."
    uri = dict(asked).get("redirect_uri")
    if uri is None:
        return None
    try:
        plain = str(AnyUrl(uri))
    except ValidationError:
        plain = ""
    # Exactly what was registered, not what a lenient reader would make of it.
    return None if plain in (uri, f"{uri}/") else "The address for its answer is not written plainly."


def _explicit(request: Request, asked: dict[str, str]) -> Request:
    """The request with the challenge's method said: the SDK would take one that is missing for S256."""
    if asked.get("code_challenge_method"):
        return request
    query = request.scope["query_string"] + b"&code_challenge_method=plain"
    return Request({**request.scope, "query_string": query}, request.receive)


def _refuse(visit: Visit, advice: str, *, status: int = 400) -> Response:
    return render(visit, "problem.html", status=status, title=_CANNOT, advice=advice)
