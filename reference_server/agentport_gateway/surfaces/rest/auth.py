"""`/auth/token`: signing in with email and password; repeated failures lock the account for a while."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException

from agentport_gateway.auth.hashing import SIGN_IN_PREFIX, password_fits, password_hash, secret_hash
from agentport_gateway.store import accounts
from agentport_gateway.surfaces.rest.access import InGateway
from agentport_gateway.surfaces.rest.documented import refusals

router = APIRouter(prefix="/auth", tags=["auth"])

_FAILURES = 10
_LOCK = timedelta(minutes=5)


@cache
def _nobodys_hash() -> str:
    return password_hash("nobody has this password")


@router.post("/token", responses=refusals(401, 429))
async def token(
    username: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1000)],
    gateway: InGateway,
) -> dict[str, Any]:
    """A sign-in for the person with this email."""
    email, now = username.lower(), gateway.clock.now()
    user = await gateway.database.read(lambda connection: accounts.user_by_email(connection, email))
    if user is not None and user.locked_until is not None and now < user.locked_until:
        raise HTTPException(429, "Too many failed sign-ins: try again in a few minutes.")
    # An unknown email costs the same time as a wrong password.
    hashed = user.password_hash if user is not None else await asyncio.to_thread(_nobodys_hash)
    fits = await asyncio.to_thread(password_fits, password, hashed)
    if user is None or not fits:
        if user is not None:
            user_id = user.id
            await gateway.database.write(
                lambda connection: accounts.note_failed_sign_in(
                    connection, user_id, limit=_FAILURES, lock=_LOCK, now=now
                )
            )
        raise HTTPException(401, "Wrong email or password.", headers={"WWW-Authenticate": "Bearer"})
    secret = SIGN_IN_PREFIX + gateway.ids.secret()
    lifetime, user_id = timedelta(hours=gateway.settings.sign_in_hours), user.id
    await gateway.database.write(
        lambda connection: accounts.sign_in(
            connection, user_id=user_id, token_hash=secret_hash(secret), now=now, lifetime=lifetime
        )
    )
    return {"access_token": secret, "token_type": "bearer", "expires_in": int(lifetime.total_seconds())}
