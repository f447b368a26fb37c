"""Confirming with the second factor: asked for wherever somebody says yes, and each code works once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import secret_hash
from agentport_gateway.auth.second_factor import new_recovery_codes, new_secret, use_code
from agentport_gateway.store import accounts, second_factors

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.identity import Human
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.store.accounts import User

FAILURES = 10
LOCK = timedelta(minutes=5)


class CodeRequiredError(Exception):
    """The person has a second factor and gave no code."""


class CodeRefusedError(Exception):
    """The code is wrong or was used before, or too many wrong ones were given."""


class FactorEnabledError(Exception):
    """The second factor is enabled already."""


def is_locked(user: User, now: datetime) -> bool:
    """Whether too many failures have locked the account for now."""
    return user.locked_until is not None and now < user.locked_until


async def require_code(gateway: Gateway, human: Human, code: str | None) -> None:
    """Let through who has no second factor, or shows it. Raises CodeRequiredError or CodeRefusedError."""
    if not human.has_second_factor:
        return
    if not code:
        raise CodeRequiredError
    await spend_code(gateway, human, code)


async def spend_code(gateway: Gateway, human: Human, code: str) -> None:
    """Use a code. Raises CodeRefusedError; guessing locks the account for a while."""
    now = gateway.clock.now()

    def write(connection: Connection) -> bool:
        user = accounts.user_by_id(connection, human.user_id)
        if user is None or is_locked(user, now):
            return False
        if use_code(connection, gateway.sealer, user_id=human.user_id, code=code, now=now):
            return True
        accounts.note_failed_sign_in(connection, human.user_id, limit=FAILURES, lock=LOCK, now=now)
        return False

    if not await gateway.database.write(write):
        raise CodeRefusedError


async def begin_factor(gateway: Gateway, human: Human) -> str:
    """A new secret for an authenticator; it counts once it is enabled. Raises FactorEnabledError."""
    secret = new_secret()
    sealed = gateway.sealer.seal(secret)
    if not await gateway.database.write(
        lambda connection: second_factors.set_up(connection, user_id=human.user_id, sealed=sealed)
    ):
        raise FactorEnabledError
    return secret


async def begun_secret(gateway: Gateway, human: Human) -> str | None:
    """The secret that is being set up, if one is."""
    factor = await gateway.database.read(lambda connection: second_factors.find(connection, human.user_id))
    if factor is None or factor.enabled or factor.secret is None:
        return None
    return gateway.sealer.open(factor.secret)


async def enable_factor(gateway: Gateway, human: Human, code: str) -> list[str]:
    """Require the second factor from now on; its recovery codes. Raises FactorEnabledError or CodeRefusedError."""
    if human.has_second_factor:
        raise FactorEnabledError
    await spend_code(gateway, human, code)
    codes = new_recovery_codes()
    await gateway.database.write(
        lambda connection: second_factors.enable(
            connection, user_id=human.user_id, code_hashes=[secret_hash(code) for code in codes]
        )
    )
    return codes


async def renew_recovery_codes(gateway: Gateway, human: Human, code: str) -> list[str]:
    """New recovery codes in place of the old ones. Raises CodeRefusedError."""
    await spend_code(gateway, human, code)
    codes = new_recovery_codes()
    await gateway.database.write(
        lambda connection: second_factors.enable(
            connection, user_id=human.user_id, code_hashes=[secret_hash(code) for code in codes]
        )
    )
    return codes


async def disable_factor(gateway: Gateway, human: Human, code: str) -> None:
    """Require the second factor no longer. Raises CodeRefusedError."""
    await spend_code(gateway, human, code)
    await gateway.database.write(lambda connection: second_factors.disable(connection, human.user_id))
