"""`/auth/token`: signing in with email and password; repeated failures lock the account for a while."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request

from agentport_gateway.operations.signing_in import (
    TooManyAttemptsError,
    WrongPasswordError,
    check_password,
    sign_in_by_token,
)
from agentport_gateway.surfaces.rest.access import InGateway
from agentport_gateway.surfaces.rest.documented import refusals

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/token", responses=refusals(401, 429))
async def token(
    username: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1000)],
    gateway: InGateway,
    request: Request,
) -> dict[str, Any]:
    """A sign-in for the person with this email."""
    address = request.client.host if request.client else ""
    try:
        user = await check_password(gateway, email=username, password=password, address=address)
        secret, lifetime = await sign_in_by_token(gateway, user)
    except TooManyAttemptsError:
        raise HTTPException(429, "Too many failed sign-ins: try again in a few minutes.") from None
    except WrongPasswordError:
        raise HTTPException(401, "Wrong email or password.", headers={"WWW-Authenticate": "Bearer"}) from None
    return {"access_token": secret, "token_type": "bearer", "expires_in": int(lifetime.total_seconds())}
