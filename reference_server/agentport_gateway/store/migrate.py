"""Bringing a database to the present schema. One that is there already costs a single look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

PRESENT = "0001"
_MIGRATION_LOCK = 7062


class TooNewError(RuntimeError):
    """The database was used by a later version of the gateway."""


def migrate(engine: Engine) -> None:
    """Apply the steps that are missing. Raises TooNewError for a database from the future."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Several workers start at once; one of them migrates.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        found = None
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found == PRESENT:
            return
        if found is not None and found > PRESENT:
            raise TooNewError(f"the database is at version {found}, this gateway knows {PRESENT}: use a later gateway")
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
