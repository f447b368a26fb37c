"""The one statement that the databases spell differently: insert, or settle a conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.dialects.sqlite import Insert
    from sqlalchemy.engine import Connection


def insert_for(connection: Connection, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, for the connection's database."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        # Both dialects offer the same clause under the same names; one static type serves both.
        statement: Any = postgresql.insert(table)
        return statement  # type: ignore[no-any-return]
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
