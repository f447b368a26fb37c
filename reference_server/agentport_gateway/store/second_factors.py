"""Second factors at rest: a sealed secret, the last step that was used, recovery codes as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from agentport_gateway.store.schema import recovery_codes, users

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A person's second factor; a secret that is not enabled yet is only being set up."""

    secret: str | None
    enabled: bool


def find(connection: Connection, user_id: str) -> SecondFactor | None:
    """The second factor of a person; None for an unknown person."""
    row = connection.execute(
        select(users.c.totp_secret, users.c.totp_enabled).where(users.c.id == user_id)
    ).one_or_none()
    return None if row is None else SecondFactor(secret=row.totp_secret, enabled=row.totp_enabled)


def set_up(connection: Connection, *, user_id: str, sealed: str) -> bool:
    """Keep a secret that is to be enabled; whether there was none enabled already."""
    done = connection.execute(
        update(users)
        .where(users.c.id == user_id, users.c.totp_enabled.is_(False))
        .values(totp_secret=sealed, totp_last_step=0)
    )
    return done.rowcount == 1


def enable(connection: Connection, *, user_id: str, code_hashes: Iterable[str]) -> None:
    """Require the second factor from now on, with these recovery codes."""
    connection.execute(update(users).where(users.c.id == user_id).values(totp_enabled=True))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    connection.execute(
        insert(recovery_codes), [{"user_id": user_id, "code_hash": code_hash} for code_hash in code_hashes]
    )


def disable(connection: Connection, user_id: str) -> None:
    """Forget the second factor."""
    connection.execute(update(users).where(users.c.id == user_id).values(totp_enabled=False, totp_secret=None))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))


def spend_step(connection: Connection, *, user_id: str, step: int) -> bool:
    """Whether this time step was not used before; each works once, and none before it afterwards."""
    done = connection.execute(
        update(users)
        .where(users.c.id == user_id, users.c.totp_last_step < step)
        .values(totp_last_step=step, failed_sign_ins=0)
    )
    return done.rowcount == 1


def spend_recovery_code(connection: Connection, *, user_id: str, code_hash: str, now: datetime) -> bool:
    """Whether this was an unused recovery code."""
    done = connection.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.user_id == user_id,
            recovery_codes.c.code_hash == code_hash,
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return done.rowcount == 1
