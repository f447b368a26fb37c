"""Signing in and out: password first, then the second factor where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.operations.confirming import CodeRefusedError, spend_code
from agentport_gateway.operations.registering import is_new
from agentport_gateway.operations.signing_in import (
    TooManyAttemptsError,
    WrongPasswordError,
    check_password,
    human_of,
    sign_in_by_browser,
    sign_out,
)
from agentport_gateway.surfaces.web.links import HOME, within
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.store.accounts import User
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_WAIT = "Too many failed attempts. Wait five minutes, then try again."
_WRONG = "Wrong email or password."
_WRONG_CODE = "This code is wrong or was used before. Each code works once: wait for your app to show the next one."


@pages.get("/", who="anyone")
async def home(visit: Visit) -> Response:
    """Where everybody begins."""
    if visit.signed_in is None and await is_new(visit.gateway):
        return go("/setup")
    return go(HOME)


@pages.get("/sign-in", who="anyone")
async def show(visit: Visit) -> Response:
    """The form; whoever is signed in already goes on."""
    following = within(visit.request.query_params.get("next", HOME))
    if visit.signed_in is not None:
        return go(following)
    if await is_new(visit.gateway):
        return go("/setup")
    if visit.session is not None:
        return _ask_code(visit, following)
    return _ask_password(visit, following)


@pages.post("/sign-in", who="anyone")
async def sign_in(visit: Visit) -> Response:
    """Check the password; the browser gets a new secret, whatever it held before."""
    following, email = within(visit.form.raw("next")), visit.form.text("email", most=320)
    password = visit.form.raw("password", most=1000)
    try:
        user = await check_password(visit.gateway, email=email, password=password, address=visit.address)
        return await _let_in(visit, user, following)
    except TooManyAttemptsError:
        return _ask_password(visit, following, email=email, fault=_WAIT, status=429)
    except WrongPasswordError:
        return _ask_password(visit, following, email=email, fault=_WRONG, status=401)


@pages.post("/sign-in/code", who="anyone")
async def second_step(visit: Visit) -> Response:
    """Check the second factor's code."""
    following = within(visit.form.raw("next"))
    if visit.session is None or visit.user is None or not visit.session.awaits_code:
        return go("/sign-in")
    try:
        await spend_code(visit.gateway, human_of(visit.user), "".join(visit.form.text("totp_code", most=100).split()))
        return await _let_in(visit, visit.user, following, confirmed=True)
    except CodeRefusedError:
        return _ask_code(visit, following, fault=_WRONG_CODE, status=401)
    except TooManyAttemptsError:
        return _ask_code(visit, following, fault=_WAIT, status=429)


@pages.post("/sign-out", who="anyone")
async def leave(visit: Visit) -> Response:
    """End this browser's session, here and in its other tabs."""
    if visit.session is not None and visit.user is not None:
        await sign_out(visit.gateway, human_of(visit.user), visit.session.id)
    visit.let_go()
    return go("/sign-in")


async def _let_in(visit: Visit, user: User, following: str, *, confirmed: bool = False) -> Response:
    secret, session = await sign_in_by_browser(
        visit.gateway, user, visit.origin, confirmed=confirmed, instead_of=visit.session
    )
    visit.hold(secret, seconds=int((session.expires_at - session.created_at).total_seconds()))
    if session.awaits_code:
        visit.session, visit.user = session, user
        return _ask_code(visit, following)
    return go(following)


def _ask_password(
    visit: Visit, following: str, *, email: str = "", fault: str | None = None, status: int = 200
) -> Response:
    return render(visit, "sign_in.html", status=status, has_form=True, following=following, email=email, fault=fault)


def _ask_code(visit: Visit, following: str, *, fault: str | None = None, status: int = 200) -> Response:
    return render(visit, "sign_in_code.html", status=status, has_form=True, following=following, fault=fault)
