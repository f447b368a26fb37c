"""`/users/me/totp`: the second factor; and asking for it where a decision needs one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.auth.second_factor import setup_url
from agentport_gateway.domain.identity import Human
from agentport_gateway.gateway import Gateway
from agentport_gateway.operations.confirming import (
    CodeRefusedError,
    CodeRequiredError,
    FactorEnabledError,
    begin_factor,
    disable_factor,
    enable_factor,
    require_code,
)
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals

router = APIRouter(prefix="/users/me/totp", tags=["users"])


class Code(BaseModel):
    """A code from the authenticator, or a recovery code."""

    model_config = ConfigDict(extra="forbid")

    totp_code: str = Field(min_length=6, max_length=100)


@router.get("/status", responses=refusals(401, 403))
async def status(human: OnlyHuman) -> dict[str, Any]:
    """Whether the second factor is required."""
    return {"enabled": human.has_second_factor}


@router.post("/setup", responses=refusals(401, 403, 409))
async def setup(human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """A new secret for an authenticator; it counts once it is enabled with a code."""
    try:
        secret = await begin_factor(gateway, human)
    except FactorEnabledError:
        raise HTTPException(409, "The second factor is enabled already.") from None
    return {"secret": secret, "otpauth_url": setup_url(secret, human.email)}


@router.post("/enable", responses=refusals(401, 403, 409))
async def enable(given: Code, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Require the second factor. The recovery codes are shown this once."""
    try:
        codes = await enable_factor(gateway, human, given.totp_code)
    except FactorEnabledError:
        raise HTTPException(409, "The second factor is enabled already.") from None
    except CodeRefusedError:
        raise _INVALID from None
    return {"enabled": True, "recovery_codes": codes}


@router.post("/disable", responses=refusals(401, 403))
async def disable(given: Code, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Require it no longer."""
    try:
        await disable_factor(gateway, human, given.totp_code)
    except CodeRefusedError:
        raise _INVALID from None
    return {"enabled": False}


async def require(gateway: Gateway, human: Human, code: str | None) -> None:
    """Let through who has no second factor, or shows it. 403 otherwise."""
    try:
        await require_code(gateway, human, code)
    except CodeRequiredError:
        raise HTTPException(403, {"error": "totp_required"}) from None
    except CodeRefusedError:
        raise _INVALID from None


_INVALID = HTTPException(403, {"error": "totp_invalid"})
