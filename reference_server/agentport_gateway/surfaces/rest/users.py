"""`/users`: registering, and who one is."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, StringConstraints

from agentport_gateway.auth.hashing import password_hash
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


@router.post("/register", status_code=201, responses=refusals(409))
async def register(given: Registration, gateway: InGateway) -> dict[str, Any]:
    """Make an organisation, while the instance has room for one."""
    hashed = await asyncio.to_thread(password_hash, given.password)
    org_id, user_id, now = gateway.ids.uuid(), gateway.ids.uuid(), gateway.clock.now()
    try:
        await gateway.database.write(
            lambda connection: accounts.register(
                connection,
                org_id=org_id,
                org_name=given.org_name,
                user_id=user_id,
                email=given.email,
                password_hash=hashed,
                organisations_limit=gateway.settings.organisations,
                now=now,
            )
        )
    except accounts.NoRoomError:
        raise HTTPException(409, "This instance takes no further organisation.") from None
    except accounts.EmailTakenError:
        raise HTTPException(409, "This email is registered already.") from None
    return {
        "user_id": user_id,
        "org_id": org_id,
        "email": given.email,
        "org_name": given.org_name,
        "created_at": instant(now),
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
