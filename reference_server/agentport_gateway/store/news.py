"""Telling the other processes of a PostgreSQL deployment what changed, as part of the change itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

CHANNEL = "agentport"

Subject = Literal["request", "asked", "pages", "org", "tools", "key", "session"]

_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


def announce(connection: Connection, subject: Subject, which: str) -> None:
    """Say whose request, requests, open pages, set-up, tools, key or session changed; heard once this is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": f"{subject}:{which}"})
