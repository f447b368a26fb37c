"""OAuth clients, and what people granted them: codes and tokens, kept as hashes only.

What a person grants is a connection. It is an agent's credential like an API key and shares its table, so that
requests, the log and revocation know it as one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, exists, func, insert, select, update

from agentport_gateway.store import accounts
from agentport_gateway.store.schema import (
    api_keys,
    oauth_clients,
    oauth_codes,
    oauth_connections,
    oauth_tokens,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

TokenKind = Literal["access", "refresh"]
_REPLAYED_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClient:
    """A client program that registered itself: what it said, as JSON, and its secret, sealed."""

    id: str
    registration: str
    secret: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code: who granted what to whom. Spent once a connection came of it."""

    code_hash: str
    client_id: str
    org_id: str
    user_id: str
    redirect_uri: str
    redirect_given: bool
    challenge: str
    resource: str
    expires_at: datetime
    connection_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of a living connection."""

    kind: TokenKind
    connection_id: str
    client_id: str
    org_id: str
    name: str
    prefix: str
    resource: str
    expires_at: datetime
    spent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedClient:
    """A connection as its organisation sees it."""

    id: str
    name: str
    prefix: str
    client_id: str
    connected_by: str
    created_at: datetime
    last_used_at: datetime | None


def add_client(connection: Connection, client: RegisteredClient, *, most: int, forgotten: datetime) -> bool:
    """Whether there was room for one more that nobody connected; those made before `forgotten` make room."""
    unused = ~exists().where(oauth_connections.c.client_id == oauth_clients.c.id)
    connection.execute(delete(oauth_clients).where(oauth_clients.c.created_at < forgotten, unused))
    count = connection.execute(select(func.count()).select_from(oauth_clients).where(unused)).scalar_one()
    if count >= most:
        return False
    connection.execute(insert(oauth_clients).values(_values(client)))
    return True


def find_client(connection: Connection, client_id: str) -> RegisteredClient | None:
    """The client that registered under this id."""
    row = connection.execute(select(oauth_clients).where(oauth_clients.c.id == client_id)).one_or_none()
    return None if row is None else RegisteredClient(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def add_code(connection: Connection, code: Code, *, now: datetime) -> None:
    """Keep a code, and drop what nobody will show any more."""
    unspent = oauth_codes.c.connection_id.is_(None)
    connection.execute(delete(oauth_codes).where(oauth_codes.c.expires_at <= now, unspent))
    connection.execute(delete(oauth_codes).where(oauth_codes.c.expires_at <= now - _REPLAYED_WITHIN))
    connection.execute(delete(oauth_tokens).where(oauth_tokens.c.expires_at <= now))
    connection.execute(insert(oauth_codes).values(_values(code)))


def find_code(connection: Connection, code_hash: str) -> Code | None:
    """The code under this hash, spent or not."""
    row = connection.execute(select(oauth_codes).where(oauth_codes.c.code_hash == code_hash)).one_or_none()
    return None if row is None else Code(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def spend_code(connection: Connection, code: Code, *, key: accounts.ApiKey, now: datetime) -> bool:
    """Whether the code was still good: a connection was made of it, once."""
    accounts.add_key(connection, key=key, key_hash=None, created_by=code.user_id)
    connection.execute(
        insert(oauth_connections).values(
            id=key.id, client_id=code.client_id, user_id=code.user_id, resource=code.resource
        )
    )
    done = connection.execute(
        update(oauth_codes)
        .where(
            oauth_codes.c.code_hash == code.code_hash,
            oauth_codes.c.connection_id.is_(None),
            oauth_codes.c.expires_at > now,
        )
        .values(connection_id=key.id)
    )
    if done.rowcount == 1:
        return True
    connection.execute(delete(oauth_connections).where(oauth_connections.c.id == key.id))
    connection.execute(delete(api_keys).where(api_keys.c.id == key.id))
    return False


def add_token(
    connection: Connection, *, token_hash: str, connection_id: str, kind: TokenKind, expires_at: datetime, now: datetime
) -> None:
    """Keep a token of a connection, and drop its overdue ones that were never spent."""
    connection.execute(
        delete(oauth_tokens).where(oauth_tokens.c.connection_id == connection_id, oauth_tokens.c.expires_at <= now)
    )
    connection.execute(
        insert(oauth_tokens).values(
            token_hash=token_hash, connection_id=connection_id, kind=kind, expires_at=expires_at
        )
    )


def find_token(connection: Connection, token_hash: str, *, now: datetime) -> Token | None:
    """The token under this hash, while its time lasts and its connection lives; a spent one too."""
    row = connection.execute(
        select(
            oauth_tokens.c.kind,
            oauth_tokens.c.connection_id,
            oauth_connections.c.client_id,
            api_keys.c.org_id,
            api_keys.c.name,
            api_keys.c.prefix,
            oauth_connections.c.resource,
            oauth_tokens.c.expires_at,
            oauth_tokens.c.spent_at,
        )
        .join(oauth_connections, oauth_connections.c.id == oauth_tokens.c.connection_id)
        .join(api_keys, api_keys.c.id == oauth_connections.c.id)
        .where(
            oauth_tokens.c.token_hash == token_hash,
            oauth_tokens.c.expires_at > now,
            api_keys.c.revoked_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else Token(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def spend_token(connection: Connection, token_hash: str, *, now: datetime) -> bool:
    """Whether a refresh token was unspent until now."""
    done = connection.execute(
        update(oauth_tokens)
        .where(
            oauth_tokens.c.token_hash == token_hash,
            oauth_tokens.c.kind == "refresh",
            oauth_tokens.c.spent_at.is_(None),
            oauth_tokens.c.expires_at > now,
        )
        .values(spent_at=now)
    )
    return done.rowcount == 1


def connected_clients(connection: Connection, org_id: str, *, now: datetime) -> Sequence[ConnectedClient]:
    """The connections of an organisation that can still be used, newest first."""
    usable = exists().where(
        oauth_tokens.c.connection_id == oauth_connections.c.id,
        oauth_tokens.c.spent_at.is_(None),
        oauth_tokens.c.expires_at > now,
    )
    rows = connection.execute(
        select(
            api_keys.c.id,
            api_keys.c.name,
            api_keys.c.prefix,
            oauth_connections.c.client_id,
            users.c.email.label("connected_by"),
            api_keys.c.created_at,
            api_keys.c.last_used_at,
        )
        .join(oauth_connections, oauth_connections.c.id == api_keys.c.id)
        .join(users, users.c.id == oauth_connections.c.user_id)
        .where(api_keys.c.org_id == org_id, api_keys.c.revoked_at.is_(None), usable)
        .order_by(api_keys.c.created_at.desc(), api_keys.c.id)
    )
    return [ConnectedClient(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented way


def _values(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}
