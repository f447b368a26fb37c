"""What upstreams granted to installations by OAuth, sealed; and sign-ins that are under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, or_, select, update

from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import installed, upstream_grants, upstream_sign_ins

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

State = Literal["waiting", "connected", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """A grant at rest. It waits for somebody to sign in, is good, or was ended by the upstream."""

    installation_id: str
    version: int
    state: State
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in that a browser session began; whoever comes back with its state finishes it, once."""

    state_hash: str
    installation_id: str
    session_id: str
    sealed: str
    expires_at: datetime


def put(connection: Connection, *, installation_id: str, state: State, sealed: str, now: datetime) -> None:
    """Keep a grant in place of whatever there was."""
    values = {"state": state, "sealed": sealed, "updated_at": now, "refreshing_until": None}
    connection.execute(
        insert_for(connection, upstream_grants)
        .values(installation_id=installation_id, version=1, **values)
        .on_conflict_do_update(
            index_elements=[upstream_grants.c.installation_id],
            set_={**values, "version": upstream_grants.c.version + 1},
        )
    )


def find(connection: Connection, installation_id: str) -> StoredGrant | None:
    """The grant of an installation."""
    row = connection.execute(
        select(
            upstream_grants.c.installation_id,
            upstream_grants.c.version,
            upstream_grants.c.state,
            upstream_grants.c.sealed,
        ).where(upstream_grants.c.installation_id == installation_id)
    ).one_or_none()
    return None if row is None else StoredGrant(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def claim(connection: Connection, installation_id: str, *, version: int, now: datetime, until: datetime) -> bool:
    """Whether the caller is the one who may refresh this version of the grant."""
    done = connection.execute(
        update(upstream_grants)
        .where(
            upstream_grants.c.installation_id == installation_id,
            upstream_grants.c.version == version,
            upstream_grants.c.state == "connected",
            or_(upstream_grants.c.refreshing_until.is_(None), upstream_grants.c.refreshing_until <= now),
        )
        .values(refreshing_until=until)
    )
    return done.rowcount == 1


def settle(
    connection: Connection, installation_id: str, *, version: int, state: State, sealed: str | None, now: datetime
) -> bool:
    """Whether a claimed refresh ended the way the caller says; without `sealed`, the grant stays as it was."""
    values: dict[str, Any] = {"state": state, "refreshing_until": None, "updated_at": now}
    if sealed is not None:
        values |= {"sealed": sealed, "version": upstream_grants.c.version + 1}
    done = connection.execute(
        update(upstream_grants)
        .where(upstream_grants.c.installation_id == installation_id, upstream_grants.c.version == version)
        .values(values)
    )
    if done.rowcount == 1 and state == "ended":
        set_connected(connection, installation_id, connected=False)
    return done.rowcount == 1


def set_connected(connection: Connection, installation_id: str, *, connected: bool) -> None:
    """Write down whether calls of an installation can be signed."""
    row = connection.execute(
        update(installed)
        .where(installed.c.id == installation_id)
        .values(connected=connected)
        .returning(installed.c.org_id)
    ).one_or_none()
    if row is not None:
        announce(connection, "tools", row.org_id)


def begin(connection: Connection, sign_in: SignIn, *, now: datetime) -> None:
    """Keep a sign-in that begins, and drop the overdue ones."""
    connection.execute(delete(upstream_sign_ins).where(upstream_sign_ins.c.expires_at <= now))
    connection.execute(
        insert_for(connection, upstream_sign_ins).values(
            state_hash=sign_in.state_hash,
            installation_id=sign_in.installation_id,
            session_id=sign_in.session_id,
            sealed=sign_in.sealed,
            expires_at=sign_in.expires_at,
        )
    )


def take(connection: Connection, state_hash: str, *, session_id: str, now: datetime) -> SignIn | None:
    """The sign-in with this state, for the browser session that began it; nobody gets it a second time."""
    row = connection.execute(
        delete(upstream_sign_ins)
        .where(
            upstream_sign_ins.c.state_hash == state_hash,
            upstream_sign_ins.c.session_id == session_id,
            upstream_sign_ins.c.expires_at > now,
        )
        .returning(*upstream_sign_ins.c)
    ).one_or_none()
    return None if row is None else SignIn(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def move(connection: Connection, *, org_id: str, integration_id: str) -> None:
    """Somebody has to sign in again: the integration is somewhere else now, or another client stands for it."""
    forget(connection, org_id=org_id, integration_id=integration_id)
    connection.execute(
        update(installed)
        .where(
            installed.c.org_id == org_id,
            installed.c.integration_id == integration_id,
            installed.c.auth_method == "oauth",
        )
        .values(connected=False)
    )


def forget(connection: Connection, *, org_id: str, integration_id: str) -> None:
    """Remove the grant of an installation that is about to be removed."""
    ours = select(installed.c.id).where(installed.c.org_id == org_id, installed.c.integration_id == integration_id)
    for table in (upstream_grants, upstream_sign_ins):
        connection.execute(delete(table).where(table.c.installation_id.in_(ours)))
