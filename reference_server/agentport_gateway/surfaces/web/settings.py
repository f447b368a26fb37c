"""Settings: how long requests wait, the second factor, the password, and where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from agentport_gateway.auth.second_factor import setup_url
from agentport_gateway.operations.configuring import set_expiry
from agentport_gateway.operations.confirming import (
    CodeRefusedError,
    CodeRequiredError,
    FactorEnabledError,
    begin_factor,
    begun_secret,
    disable_factor,
    enable_factor,
    renew_recovery_codes,
    require_code,
)
from agentport_gateway.operations.notifying import webhooks_of
from agentport_gateway.operations.signing_in import (
    TooManyAttemptsError,
    WrongPasswordError,
    change_password,
    check_password,
    sign_out,
    sign_out_elsewhere,
)
from agentport_gateway.store import browser_sessions
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render
from agentport_gateway.surfaces.web.typed import new_password_fault

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_DONE = {
    "expiry": "Saved. Requests that wait already keep their time.",
    "disabled": "The second factor is switched off.",
    "password": "The password is changed, and you are signed out everywhere else.",
    "ended": "Signed out there.",
    "webhook": "Saved.",
    "webhook-test": "A test is on its way.",
}
_WAIT = "Too many failed attempts. Wait five minutes, then try again."
_WRONG = "This is not your password."
_WRONG_CODE = "This code is wrong or was used before. Each code works once: wait for your app to show the next one."


@pages.get("/settings")
async def show(visit: Visit) -> Response:
    """Everything that can be set."""
    return await page(visit)


@pages.post("/settings/expiry")
async def expiry(visit: Visit) -> Response:
    """Set the organisation's expiry; empty goes back to the gateway's own."""
    typed = visit.form.text("minutes", most=10)
    if typed and not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= 1440):
        fault = "Give a number of minutes from 1 to 1440, or nothing."
        return await page(visit, faults={"minutes": fault}, status=422)
    await set_expiry(visit.gateway, visit.human, int(typed) if typed else None)
    return go("/settings?done=expiry")


@pages.post("/settings/password")
async def password(visit: Visit) -> Response:
    """Change the password; every other browser and every token is signed out."""
    form, session = visit.form, visit.session
    fault = new_password_fault(form.raw("new", most=1000), again=form.raw("again", most=1000))
    if fault:
        return await page(visit, faults={"new": fault}, status=422)
    try:
        await require_code(visit.gateway, visit.human, _code(visit))
        await change_password(
            visit.gateway,
            visit.human,
            old=form.raw("old", most=1000),
            new=form.raw("new", most=1000),
            address=visit.address,
            session_id=session.id if session else "",
        )
    except WrongPasswordError:
        return await page(visit, faults={"old": _WRONG}, status=403)
    except TooManyAttemptsError:
        return await page(visit, faults={"old": _WAIT}, status=429)
    except (CodeRefusedError, CodeRequiredError):
        return await page(visit, faults={"password_code": _WRONG_CODE}, status=403)
    return go("/settings?done=password")


@pages.post("/settings/second-factor/start")
async def start(visit: Visit) -> Response:
    """Begin to set up the second factor; the password shows that it is you at the keyboard."""
    human = visit.human
    try:
        await check_password(
            visit.gateway, email=human.email, password=visit.form.raw("password", most=1000), address=visit.address
        )
        await begin_factor(visit.gateway, human)
    except WrongPasswordError:
        return await page(visit, faults={"factor_password": _WRONG}, status=403)
    except TooManyAttemptsError:
        return await page(visit, faults={"factor_password": _WAIT}, status=429)
    except FactorEnabledError:
        return go("/settings")
    return go("/settings/second-factor")


@pages.get("/settings/second-factor")
async def show_secret(visit: Visit) -> Response:
    """The secret to scan, until a code shows that it was."""
    return await _secret_page(visit)


@pages.post("/settings/second-factor/enable")
async def enable(visit: Visit) -> Response:
    """Require the second factor from now on. The recovery codes are shown in this answer and never again."""
    try:
        codes = await enable_factor(visit.gateway, visit.human, _code(visit))
    except FactorEnabledError:
        return go("/settings")
    except CodeRefusedError:
        return await _secret_page(visit, fault="This code is wrong. Is the clock of your phone right?", status=403)
    return render(visit, "recovery_codes.html", codes=codes, renewed=False)


@pages.post("/settings/second-factor/codes")
async def renew(visit: Visit) -> Response:
    """New recovery codes in place of the old ones."""
    try:
        codes = await renew_recovery_codes(visit.gateway, visit.human, _code(visit))
    except CodeRefusedError:
        return await page(visit, faults={"factor_code": _WRONG_CODE}, status=403)
    return render(visit, "recovery_codes.html", codes=codes, renewed=True)


@pages.post("/settings/second-factor/disable")
async def disable(visit: Visit) -> Response:
    """Require it no longer."""
    try:
        await disable_factor(visit.gateway, visit.human, _code(visit))
    except CodeRefusedError:
        return await page(visit, faults={"factor_code": _WRONG_CODE}, status=403)
    return go("/settings?done=disabled")


@pages.post("/settings/sessions/end")
async def end(visit: Visit) -> Response:
    """Sign out one browser, or all others."""
    session, wanted = visit.session, visit.form.text("session_id", most=100)
    if wanted:
        await sign_out(visit.gateway, visit.human, wanted)
    else:
        await sign_out_elsewhere(visit.gateway, visit.human, session.id if session else None)
    return go("/settings?done=ended")


async def page(visit: Visit, *, faults: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page, with what is wrong in its forms."""
    human, now = visit.human, visit.gateway.clock.now()
    sessions = await visit.gateway.database.read(
        lambda connection: browser_sessions.sessions_of(connection, human.user_id, now=now)
    )
    view = await visit.gateway.views.of(human.org_id)
    default = visit.gateway.settings.approval_expiry_seconds / 60
    return render(
        visit,
        "settings.html",
        status=status,
        faults=faults or {},
        minutes=view.expiry_minutes,
        default_minutes=f"{default:g}",
        sessions=sessions,
        webhooks=await webhooks_of(visit.gateway, human.org_id),
        here=visit.session.id if visit.session else "",
        done=_DONE.get(visit.request.query_params.get("done", "")),
    )


async def _secret_page(visit: Visit, *, fault: str | None = None, status: int = 200) -> Response:
    secret = await begun_secret(visit.gateway, visit.human)
    if secret is None:
        return go("/settings")
    context: dict[str, Any] = {"secret": secret, "picture": _picture(setup_url(secret, visit.human.email))}
    return render(visit, "second_factor.html", status=status, fault=fault, **context)


def _picture(text: str) -> Markup:
    """The text as a QR code, drawn in the page itself: no address carries the secret."""
    import segno

    drawn = segno.make(text, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", title="QR code for your authenticator app", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - our own drawing; the text is in it as modules, not as text


def _code(visit: Visit) -> str:
    return "".join(visit.form.text("totp_code", most=100).split())
