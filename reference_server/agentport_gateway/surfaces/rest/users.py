"""`/users`: registering, and who one is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, StringConstraints

from agentport_gateway.auth.setup_code import code_fits
from agentport_gateway.operations.registering import EmailTakenError, NoRoomError
from agentport_gateway.operations.registering import register as operation
from agentport_gateway.store import accounts
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

router = APIRouter(prefix="/users", tags=["users"])

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$", max_length=320, to_lower=True)]


class Registration(BaseModel):
    """A new organisation and its first person."""

    email: Email
    password: str = Field(min_length=8, max_length=1000)
    org_name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    setup_code: str = Field(default="", max_length=100, repr=False)
    """What the gateway printed at its start; needed where its address is not this machine's own."""


@router.post("/register", status_code=201, responses=refusals(403, 409))
async def register(given: Registration, gateway: InGateway) -> dict[str, Any]:
    """Make an organisation, while the instance has room for one."""
    if not gateway.settings.is_local and not code_fits(gateway.settings.setup_code, given.setup_code):
        raise HTTPException(403, "Registering here needs the set-up code that the gateway printed at its start.")
    try:
        user = await operation(gateway, email=given.email, password=given.password, org_name=given.org_name)
    except NoRoomError:
        raise HTTPException(409, "This instance takes no further organisation.") from None
    except EmailTakenError:
        raise HTTPException(409, "This email is registered already.") from None
    return {
        "user_id": user.id,
        "org_id": user.org_id,
        "email": given.email,
        "org_name": given.org_name,
        "created_at": instant(user.created_at),
    }


@router.get("/me", responses=refusals(401, 403))
async def me(human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """The signed-in person."""
    user = await gateway.database.read(lambda connection: accounts.user_by_id(connection, human.user_id))
    if user is None:
        raise HTTPException(401, "The sign-in is unknown or has ended.")
    return {
        "id": user.id,
        "email": user.email,
        "org_id": user.org_id,
        "org_name": user.org_name,
        "totp_enabled": user.totp_enabled,
        "created_at": instant(user.created_at),
    }
