"""Organisations, their people, sign-ins and API keys. Secrets are kept as hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, insert, literal, select, text, update

from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import api_keys, organisations, sign_ins, users

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, with what signing in needs."""

    id: str
    org_id: str
    org_name: str
    email: str
    password_hash: str
    failed_sign_ins: int
    locked_until: datetime | None
    totp_enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as its owners see it; the key itself is shown once and not kept."""

    id: str
    org_id: str
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """An organisation's own approval expiry; None means the instance's."""

    minutes: int | None


class NoRoomError(Exception):
    """The instance has as many organisations as it takes."""


class EmailTakenError(Exception):
    """Somebody registered with this email before."""


def register(
    connection: Connection,
    *,
    org_id: str,
    org_name: str,
    user_id: str,
    email: str,
    password_hash: str,
    organisations_limit: int,
    now: datetime,
) -> None:
    """Make an organisation and its first person. Raises NoRoomError or EmailTakenError: nothing changed."""
    if connection.dialect.name == "postgresql":
        # One registration at a time, or two could both find room for the last organisation.
        connection.execute(text("SELECT pg_advisory_xact_lock(7061)"))
    if connection.execute(select(users.c.id).where(users.c.email == email)).first() is not None:
        raise EmailTakenError
    count = select(func.count()).select_from(organisations).scalar_subquery()
    made = connection.execute(
        insert(organisations).from_select(
            ["id", "name", "created_at"],
            select(literal(org_id), literal(org_name), literal(now, organisations.c.created_at.type)).where(
                count < organisations_limit
            ),
        )
    )
    if made.rowcount == 0:
        raise NoRoomError
    connection.execute(
        insert(users).values(id=user_id, org_id=org_id, email=email, password_hash=password_hash, created_at=now)
    )


def user_by_email(connection: Connection, email: str) -> User | None:
    """The person who registered with this email."""
    return _user(connection.execute(_USERS.where(users.c.email == email)).one_or_none())


def user_by_id(connection: Connection, user_id: str) -> User | None:
    """The person with this id."""
    return _user(connection.execute(_USERS.where(users.c.id == user_id)).one_or_none())


def note_failed_sign_in(connection: Connection, user_id: str, *, limit: int, lock: timedelta, now: datetime) -> None:
    """Count a wrong password; at the limit the account locks for a while and the count starts again."""
    failed = connection.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(failed_sign_ins=users.c.failed_sign_ins + 1)
        .returning(users.c.failed_sign_ins)
    ).scalar_one()
    if failed >= limit:
        connection.execute(
            update(users).where(users.c.id == user_id).values(failed_sign_ins=0, locked_until=now + lock)
        )


def sign_in(connection: Connection, *, user_id: str, token_hash: str, now: datetime, lifetime: timedelta) -> None:
    """Start a sign-in, forget the failures before it, and drop the person's old ones."""
    forget_failures(connection, user_id)
    connection.execute(delete(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.expires_at <= now))
    connection.execute(
        insert(sign_ins).values(token_hash=token_hash, user_id=user_id, created_at=now, expires_at=now + lifetime)
    )


def forget_failures(connection: Connection, user_id: str) -> None:
    """Start counting failures anew."""
    connection.execute(update(users).where(users.c.id == user_id).values(failed_sign_ins=0, locked_until=None))


def end_sign_ins(connection: Connection, user_id: str) -> None:
    """End every bearer token of a person."""
    connection.execute(delete(sign_ins).where(sign_ins.c.user_id == user_id))


def set_password(connection: Connection, user_id: str, password_hash: str) -> None:
    """Replace a person's password."""
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def user_by_token(connection: Connection, token_hash: str, *, now: datetime) -> User | None:
    """The person who is signed in with this token."""
    return _user(
        connection.execute(
            _USERS.join(sign_ins, sign_ins.c.user_id == users.c.id).where(
                sign_ins.c.token_hash == token_hash, sign_ins.c.expires_at > now
            )
        ).one_or_none()
    )


def add_key(connection: Connection, *, key: ApiKey, key_hash: str | None, created_by: str | None) -> None:
    """Keep a new key's hash; without one, tokens stand for the key."""
    connection.execute(
        insert(api_keys).values(
            id=key.id,
            org_id=key.org_id,
            name=key.name,
            prefix=key.prefix,
            key_hash=key_hash,
            created_at=key.created_at,
            created_by=created_by,
        )
    )


def key_by_hash(connection: Connection, key_hash: str) -> ApiKey | None:
    """The key that is alive under this hash."""
    row = connection.execute(
        select(*_KEY_COLUMNS).where(api_keys.c.key_hash == key_hash, api_keys.c.revoked_at.is_(None))
    ).one_or_none()
    return None if row is None else _key(row)


def key_was_made(connection: Connection, key_hash: str) -> bool:
    """Whether there is or was a key with this hash."""
    return connection.execute(select(api_keys.c.id).where(api_keys.c.key_hash == key_hash)).first() is not None


def keys_of(connection: Connection, org_id: str) -> Sequence[ApiKey]:
    """The keys of an organisation that are alive, newest first."""
    rows = connection.execute(
        select(*_KEY_COLUMNS)
        .where(api_keys.c.org_id == org_id, api_keys.c.revoked_at.is_(None), api_keys.c.key_hash.is_not(None))
        .order_by(api_keys.c.created_at.desc(), api_keys.c.id)
    )
    return [_key(row) for row in rows]


def revoke_key(connection: Connection, *, org_id: str, key_id: str, now: datetime) -> bool:
    """Whether a living key of this organisation was revoked just now."""
    done = connection.execute(
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.org_id == org_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    announce(connection, "key", key_id)
    return done.rowcount == 1


def keys_revoked_since(connection: Connection, moment: datetime) -> Sequence[str]:
    """The ids of the keys that were revoked then or later."""
    return connection.execute(select(api_keys.c.id).where(api_keys.c.revoked_at >= moment)).scalars().all()


def note_key_use(connection: Connection, key_ids: Sequence[str], now: datetime) -> None:
    """Write down that these keys were in use."""
    connection.execute(update(api_keys).where(api_keys.c.id.in_(key_ids)).values(last_used_at=now))


def expiry_of(connection: Connection, org_id: str) -> Expiry:
    """The organisation's own approval expiry."""
    minutes = connection.execute(
        select(organisations.c.approval_expiry_minutes).where(organisations.c.id == org_id)
    ).scalar_one_or_none()
    return Expiry(minutes=minutes)


def set_expiry(connection: Connection, org_id: str, minutes: int | None) -> None:
    """Set the organisation's own approval expiry; None goes back to the instance's."""
    connection.execute(
        update(organisations).where(organisations.c.id == org_id).values(approval_expiry_minutes=minutes)
    )
    announce(connection, "org", org_id)


def anyone_registered(connection: Connection) -> bool:
    """Whether the instance has had its first user."""
    return bool(connection.execute(select(exists().where(users.c.id.is_not(None)))).scalar())


_USERS = select(
    users.c.id,
    users.c.org_id,
    organisations.c.name.label("org_name"),
    users.c.email,
    users.c.password_hash,
    users.c.failed_sign_ins,
    users.c.locked_until,
    users.c.totp_enabled,
    users.c.created_at,
).join(organisations, organisations.c.id == users.c.org_id)

_KEY_COLUMNS = (
    api_keys.c.id,
    api_keys.c.org_id,
    api_keys.c.name,
    api_keys.c.prefix,
    api_keys.c.created_at,
    api_keys.c.last_used_at,
    api_keys.c.revoked_at,
)


def _user(row: Any) -> User | None:
    return None if row is None else User(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def _key(row: Any) -> ApiKey:
    return ApiKey(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way
