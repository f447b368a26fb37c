"""The pages as one ASGI application: who is visiting, whether a form is ours, and then the page itself."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from agentport_gateway.auth.cookies import cookie_kind, well_formed
from agentport_gateway.operations.signing_in import find_session
from agentport_gateway.store.database import StoreUnavailableError
from agentport_gateway.surfaces.web.links import sign_in_first
from agentport_gateway.surfaces.web.rendering import asset, go, render
from agentport_gateway.surfaces.web.security import HEADERS, form_is_ours, same_site
from agentport_gateway.surfaces.web.visit import Form, NotSignedInError, Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.web.pages import Page

_LOGGER = logging.getLogger("agentport_gateway.web")
_MODULES = (
    "first_user",
    "sign_in",
    "approve",
    "approvals",
    "events",
    "integrations",
    "tools",
    "connect",
    "logs",
    "settings",
    "webhooks",
    "authorize",
    "upstream_sign_in",
    "upstream_client",
)
_ASSETS = {"app.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"}
_MOST_FIELDS = 1_000
_PROBLEMS = {
    403: ("This form was not sent from here", "Open the page again and repeat what you did."),
    404: ("There is nothing here", "The address may be mistyped, or what was here is gone."),
    405: ("This address takes no such request", "Open the page that you came from again."),
    415: ("This form cannot be read", "Open the page again and repeat what you did."),
    503: ("The gateway cannot reach its database", "Nothing was changed. Try again in a moment."),
    500: ("Something broke", "It has been written to the gateway's log. Nothing more is known here."),
}


def build_web(gateway: Gateway) -> ASGIApp:
    """The pages of a gateway: what each module of this package declares, found by its name."""
    declared: list[Page] = []
    for name in _MODULES:
        declared += import_module(f"{__package__}.{name}").pages.declared
    routes = [Route(page.path, _endpoint(gateway, page), methods=[page.method]) for page in declared]
    shown = {page.path for page in declared if page.method == "GET"}
    # What a form answered stands at the form's own address: who loads that again is led back to the page.
    routes += [
        Route(path, _to_the_page(path, shown), methods=["GET"]) for path in {page.path for page in declared} - shown
    ]
    routes.append(Route("/assets/{name}", _asset, methods=["GET"]))
    return _Guarded(gateway, Router(routes, redirect_slashes=False, default=_nowhere))


class _Guarded:
    """The router, with headers on every answer and a page for whatever goes wrong."""

    def __init__(self, gateway: Gateway, router: ASGIApp) -> None:
        self._gateway = gateway
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        try:
            await self._router(scope, receive, sending)
            return
        except HTTPException as error:
            status = error.status_code
        except StoreUnavailableError:
            status = 503
        except Exception:
            if began:
                raise
            _LOGGER.exception("a page failed")
            status = 500
        if began:
            return
        visit = Visit(gateway=self._gateway, request=Request(scope, receive), secret=None)
        await problem(visit, status)(scope, receive, sending)


def problem(visit: Visit, status: int) -> Response:
    """The page for a request that cannot be served."""
    title, advice = _PROBLEMS.get(status, _PROBLEMS[500])
    return render(visit, "problem.html", status=status, title=title, advice=advice)


def _endpoint(gateway: Gateway, page: Page) -> Callable[[Request], Awaitable[Response]]:
    cookie = cookie_kind(gateway.settings)

    async def answer(request: Request) -> Response:
        visit = await _visit(gateway, request, cookie.name)
        if page.method == "POST":
            if not same_site(request, gateway.settings.base_url):
                return problem(visit, 403)
            if not _is_form(request.headers):
                return problem(visit, 415)
            visit.form = Form(_fields(await request.body()))
            if not form_is_ours(visit):
                # The form may have been opened before signing out elsewhere: signing in again mends that.
                if page.who == "member" and visit.signed_in is None:
                    return go(sign_in_first(request))
                return problem(visit, 403)
        if page.who == "member" and visit.signed_in is None:
            return go(sign_in_first(request)) if page.redirects else PlainTextResponse("Sign in first.", 401)
        try:
            answer = await page.answer(visit)
        except NotSignedInError:
            answer = go(sign_in_first(request))
        if visit.new_secret is not None:
            answer.headers.append("Set-Cookie", cookie.header(visit.new_secret, seconds=visit.lasting))
        return answer

    return answer


def _to_the_page(path: str, shown: set[str]) -> Callable[[Request], Awaitable[Response]]:
    first = "/" + path.split("/")[1]

    async def answer(_request: Request) -> Response:
        return go(first if first in shown else "/")

    return answer


async def _visit(gateway: Gateway, request: Request, cookie: str) -> Visit:
    secret = request.cookies.get(cookie)
    if secret is None or not well_formed(secret):
        return Visit(gateway=gateway, request=request, secret=None)
    found = await find_session(gateway, secret)
    if found is None:
        return Visit(gateway=gateway, request=request, secret=secret)
    return Visit(gateway=gateway, request=request, secret=secret, session=found[0], user=found[1])


def _is_form(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(
            body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace"
        )
    except ValueError:
        return {}


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise HTTPException(404)
    content, _ = asset(name)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=_ASSETS[name], headers=headers)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's interface
    raise HTTPException(404)
