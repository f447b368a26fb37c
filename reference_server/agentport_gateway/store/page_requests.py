"""Pages that the clients of shared sessions were asked to open, so that whichever worker can tell them the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import page_requests

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection


def remember(connection: Connection, *, session: str, request_id: str, now: datetime) -> None:
    """The session's client was asked to open the request's page."""
    connection.execute(
        insert_for(connection, page_requests)
        .values(session=session, request_id=request_id, asked_at=now)
        .on_conflict_do_nothing()
    )
    announce(connection, "session", session)


def of_session(connection: Connection, session: str) -> list[str]:
    """The requests whose end the session's client has not been told of."""
    found = connection.execute(select(page_requests.c.request_id).where(page_requests.c.session == session))
    return list(found.scalars())


def told(connection: Connection, *, session: str, request_id: str) -> None:
    """The session's client knows of the end."""
    connection.execute(
        delete(page_requests).where(page_requests.c.session == session, page_requests.c.request_id == request_id)
    )


def forget(connection: Connection, *, asked_before: datetime) -> None:
    """Drop what no client came back for."""
    connection.execute(delete(page_requests).where(page_requests.c.asked_at < asked_before))
