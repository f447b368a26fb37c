"""The database's history leads to the schema that the code uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from agentport_gateway.store.migrate import TooNewError, migrate
from agentport_gateway.store.schema import metadata

if TYPE_CHECKING:
    from pathlib import Path


def test_the_steps_lead_to_the_present_schema(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_database_from_the_future_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TooNewError, match="use a later gateway"):
        migrate(engine)
    engine.dispose()


def test_the_log_only_grows(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    migrate(engine)
    columns = "id, org_id, called_at, surface, asked_by, integration_id, tool_name, arguments, outcome"
    with engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO log_entries ({columns}) VALUES ('1', 'o', 1, 'mcp', 'k', 'i', 't', '[]', NULL)")
        )
        connection.execute(text("UPDATE log_entries SET outcome = 'executed'"))
    for change in ("DELETE FROM log_entries", "UPDATE log_entries SET outcome = 'denied_by_human'"):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(change))
    engine.dispose()
