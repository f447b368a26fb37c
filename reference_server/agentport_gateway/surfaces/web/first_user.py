"""The first user of a new instance: whoever can read the code that the gateway printed at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.operations.registering import (
    EmailTakenError,
    NoRoomError,
    WrongSetupCodeError,
    is_new,
    set_up,
)
from agentport_gateway.operations.signing_in import sign_in_by_browser
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render
from agentport_gateway.surfaces.web.typed import email_fault, new_password_fault

if TYPE_CHECKING:
    from starlette.responses import Response

    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()


@pages.get("/setup", who="anyone")
async def show(visit: Visit) -> Response:
    """The form, until there is a first user."""
    return _form(visit) if await is_new(visit.gateway) else go("/sign-in")


@pages.post("/setup", who="anyone")
async def register(visit: Visit) -> Response:
    """Make the organisation and its first person, and sign them in."""
    given = visit.form
    email, password = given.text("email", most=320), given.raw("password", most=1000)
    faults = {
        "email": email_fault(email),
        "password": new_password_fault(password, again=given.raw("password_again", most=1000)),
        "org_name": None if given.text("org_name", most=200) else "Give your organisation a name.",
    }
    if any(faults.values()):
        return _form(visit, faults=faults, status=422)
    try:
        user = await set_up(
            visit.gateway,
            code=given.text("setup_code", most=100),
            email=email,
            password=password,
            org_name=given.text("org_name", most=200),
            address=visit.address,
        )
    except WrongSetupCodeError:
        return _form(visit, faults={"setup_code": "This is not the code that the gateway printed."}, status=403)
    except (NoRoomError, EmailTakenError):
        return go("/sign-in")
    secret, session = await sign_in_by_browser(visit.gateway, user, visit.origin)
    visit.hold(secret, seconds=int((session.expires_at - session.created_at).total_seconds()))
    return go("/integrations")


def _form(visit: Visit, *, faults: dict[str, str | None] | None = None, status: int = 200) -> Response:
    return render(
        visit,
        "setup.html",
        status=status,
        has_form=True,
        faults=faults or {},
        has_code=bool(visit.gateway.settings.setup_code),
        email=visit.form.text("email", most=320),
        org_name=visit.form.text("org_name", most=200),
    )
