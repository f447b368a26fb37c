"""How often each address did something lately: one row each, counted by statements that are atomic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, delete, select, tuple_

from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.schema import address_counts as counts

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection


def find(connection: Connection, what: str, address: str, *, now: datetime) -> int:
    """How often it was done in the window that is open."""
    found = connection.execute(
        select(counts.c.count).where(counts.c.what == what, counts.c.address == address, counts.c.ends_at > now)
    ).scalar_one_or_none()
    return found or 0


def add(connection: Connection, what: str, address: str, *, now: datetime, window: timedelta) -> int:
    """Count once more, and say how often it was done; a window opens with the first and ends by itself."""
    over = counts.c.ends_at <= now
    statement = insert_for(connection, counts).values(what=what, address=address, count=1, ends_at=now + window)
    found: int = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[counts.c.what, counts.c.address],
            set_={
                "count": case((over, 1), else_=counts.c.count + 1),
                "ends_at": case((over, statement.excluded.ends_at), else_=counts.c.ends_at),
            },
        ).returning(counts.c.count)
    ).scalar_one()
    return found


def forget_ended(connection: Connection, now: datetime) -> None:
    """Drop the windows that are over; those that another process is just writing are left to the next time."""
    ended = select(counts.c.what, counts.c.address).where(counts.c.ends_at <= now).with_for_update(skip_locked=True)
    connection.execute(delete(counts).where(tuple_(counts.c.what, counts.c.address).in_(ended)))
