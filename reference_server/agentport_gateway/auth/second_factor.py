"""The second factor: time-based codes that work once each, and recovery codes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from agentport_gateway.auth.hashing import secret_hash
from agentport_gateway.store import second_factors

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from agentport_gateway.auth.sealing import Sealer

_STEP_SECONDS = 30
_RECOVERY_CODES = 10


def new_secret() -> str:
    """A fresh shared secret, base32."""
    import pyotp

    return pyotp.random_base32()


def setup_url(secret: str, email: str) -> str:
    """What an authenticator app scans."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="AgentPort")


def new_recovery_codes() -> list[str]:
    """Codes for the day the authenticator is lost; each works once."""
    return [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(_RECOVERY_CODES)]


def use_code(connection: Connection, sealer: Sealer, *, user_id: str, code: str, now: datetime) -> bool:
    """Whether the code is right and was not used before; it is spent by this."""
    factor = second_factors.find(connection, user_id)
    if factor is None or factor.secret is None:
        return False
    if len(code) > len("123456"):
        return second_factors.spend_recovery_code(
            connection, user_id=user_id, code_hash=secret_hash(code.strip().lower()), now=now
        )
    import pyotp

    totp = pyotp.TOTP(sealer.open(factor.secret))
    step = int(now.timestamp()) // _STEP_SECONDS
    # The step before and after too: clocks differ, and people type slowly.
    for candidate in (step, step - 1, step + 1):
        if secrets.compare_digest(totp.generate_otp(candidate).encode(), code.encode()):
            return second_factors.spend_step(connection, user_id=user_id, step=candidate)
    return False
