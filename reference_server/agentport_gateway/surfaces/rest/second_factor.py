"""`/users/me/totp`: the second factor; and asking for it where a decision needs one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.auth.hashing import secret_hash
from agentport_gateway.auth.second_factor import new_recovery_codes, new_secret, setup_url, use_code
from agentport_gateway.domain.identity import Human
from agentport_gateway.gateway import Gateway
from agentport_gateway.store import accounts, second_factors
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/users/me/totp", tags=["users"])

_FAILURES = 10
_LOCK = timedelta(minutes=5)


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
    secret = new_secret()
    sealed = gateway.sealer.seal(secret)
    if not await gateway.database.write(
        lambda connection: second_factors.set_up(connection, user_id=human.user_id, sealed=sealed)
    ):
        raise HTTPException(409, "The second factor is enabled already.")
    return {"secret": secret, "otpauth_url": setup_url(secret, human.email)}


@router.post("/enable", responses=refusals(401, 403, 409))
async def enable(given: Code, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Require the second factor. The recovery codes are shown this once."""
    if human.has_second_factor:
        raise HTTPException(409, "The second factor is enabled already.")
    await spend(gateway, human, given.totp_code)
    codes = new_recovery_codes()
    await gateway.database.write(
        lambda connection: second_factors.enable(
            connection, user_id=human.user_id, code_hashes=[secret_hash(code) for code in codes]
        )
    )
    return {"enabled": True, "recovery_codes": codes}


@router.post("/disable", responses=refusals(401, 403))
async def disable(given: Code, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """Require it no longer."""
    await spend(gateway, human, given.totp_code)
    await gateway.database.write(lambda connection: second_factors.disable(connection, human.user_id))
    return {"enabled": False}


async def require(gateway: Gateway, human: Human, code: str | None) -> None:
    """Let through who has no second factor, or shows it. 403 otherwise."""
    if not human.has_second_factor:
        return
    if not code:
        raise HTTPException(403, {"error": "totp_required"})
    await spend(gateway, human, code)


async def spend(gateway: Gateway, human: Human, code: str) -> None:
    """Use a code. 403 for a wrong or used one; guessing locks the account for a while."""
    now = gateway.clock.now()

    def write(connection: Connection) -> bool:
        user = accounts.user_by_id(connection, human.user_id)
        if user is None or (user.locked_until is not None and now < user.locked_until):
            return False
        if use_code(connection, gateway.sealer, user_id=human.user_id, code=code, now=now):
            return True
        accounts.note_failed_sign_in(connection, human.user_id, limit=_FAILURES, lock=_LOCK, now=now)
        return False

    if not await gateway.database.write(write):
        raise HTTPException(403, {"error": "totp_invalid"})
