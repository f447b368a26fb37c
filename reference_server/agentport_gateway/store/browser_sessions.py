"""Browser sessions at rest: whose they are, and until when. The cookie's secret is kept as a hash only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from agentport_gateway.store.schema import browser_sessions as sessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """One browser of one person. While it awaits the second factor's code, nobody is signed in with it."""

    id: str
    user_id: str
    awaits_code: bool
    browser: str
    address: str
    created_at: datetime
    expires_at: datetime


def start(connection: Connection, session: BrowserSession, *, token_hash: str) -> None:
    """Keep a new session, and drop the person's overdue ones."""
    connection.execute(
        delete(sessions).where(sessions.c.user_id == session.user_id, sessions.c.expires_at <= session.created_at)
    )
    connection.execute(
        insert(sessions).values(
            token_hash=token_hash,
            id=session.id,
            user_id=session.user_id,
            awaits_code=session.awaits_code,
            browser=session.browser,
            address=session.address,
            created_at=session.created_at,
            expires_at=session.expires_at,
        )
    )


def find(connection: Connection, token_hash: str, *, now: datetime) -> BrowserSession | None:
    """The session that is alive under this hash."""
    row = connection.execute(
        select(*_COLUMNS).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
    ).one_or_none()
    return None if row is None else BrowserSession(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def sessions_of(connection: Connection, user_id: str, *, now: datetime) -> Sequence[BrowserSession]:
    """Where a person is signed in, newest first."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(sessions.c.user_id == user_id, sessions.c.expires_at > now, sessions.c.awaits_code.is_(False))
        .order_by(sessions.c.created_at.desc(), sessions.c.id)
    )
    return [BrowserSession(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented way


def end(connection: Connection, session_id: str, *, user_id: str) -> bool:
    """Whether this session of this person was there to end."""
    done = connection.execute(delete(sessions).where(sessions.c.id == session_id, sessions.c.user_id == user_id))
    return done.rowcount == 1


def end_others(connection: Connection, user_id: str, *, but: str | None) -> None:
    """End every session of a person, except one."""
    wanted = [sessions.c.user_id == user_id]
    if but is not None:
        wanted.append(sessions.c.id != but)
    connection.execute(delete(sessions).where(*wanted))


_COLUMNS = (
    sessions.c.id,
    sessions.c.user_id,
    sessions.c.awaits_code,
    sessions.c.browser,
    sessions.c.address,
    sessions.c.created_at,
    sessions.c.expires_at,
)
