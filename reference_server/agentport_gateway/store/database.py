"""The one way to the database: grouped writes, and reads beside them.

SQLite has one writer (`sqlite_writer.py`) that commits whatever has gathered: under load a single disk flush serves
many calls, at rest nobody waits. PostgreSQL has a few writer threads (`postgresql_writer.py`).
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from agentport_gateway.store.groups import StoreUnavailableError, Write
from agentport_gateway.store.postgresql_writer import WRITERS, PostgresqlWriter
from agentport_gateway.store.sqlite_writer import SqliteWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

__all__ = ["Database", "StoreUnavailableError", "UnsupportedDatabaseError", "open_database"]

_LOGGER = logging.getLogger("agentport_gateway.store")
_READERS = 4


class UnsupportedDatabaseError(ValueError):
    """The database URL names a database that the gateway cannot use."""


@dataclass(slots=True)
class Database:
    """A database that is open. Every method may be called from the event loop that opened it.

    `write` runs work inside a transaction and returns once that is committed: flushed to the disk when
    `durable`, else safe from the death of the process only. Work may be run again if other work in its group
    fails: it must do nothing but use the connection.
    """

    engine: Engine
    _readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_READERS, thread_name_prefix="agentport-read")
    )
    _writer: SqliteWriter | PostgresqlWriter | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether one process owns the file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def own_sessions(self) -> set[int]:
        """The PostgreSQL sessions that this process writes through."""
        return self._writer.sessions if isinstance(self._writer, PostgresqlWriter) else set()

    def start(self) -> None:
        """Start the writers: one where the database takes one at a time, a few where it does not."""
        self._writer = SqliteWriter(self.engine) if self.is_sqlite else PostgresqlWriter(self.engine)

    def close(self) -> None:
        """Finish the writes that were asked for, then close every connection."""
        if self._writer is not None:
            self._writer.close()
        self._readers.shutdown()
        self.engine.dispose()

    async def write(self, work: Callable[[Connection], T], *, durable: bool = True) -> T:
        """What `work` returned, after the commit. Raises what it raised, or StoreUnavailableError."""
        write = self._write(work, durable)
        self._started.add(write)
        # A caller that is cancelled must not take back a write that others have seen.
        return await asyncio.shield(write.answer)

    async def log(self, work: Callable[[Connection], None]) -> None:
        """Like a write that is not durable, for work that writes one log entry and nothing else."""
        write = self._write(work, durable=False)
        self._started.add_entry(write)
        await asyncio.shield(write.answer)

    @property
    def _started(self) -> SqliteWriter | PostgresqlWriter:
        if self._writer is None:
            raise StoreUnavailableError("the database is not open")
        return self._writer

    @staticmethod
    def _write(work: Callable[[Connection], T], durable: bool) -> Write[T]:
        loop = asyncio.get_running_loop()
        return Write(work=work, durable=durable, loop=loop, answer=loop.create_future())

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` returned from one consistent view of the database."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self.engine.connect() as connection:
                return work(connection)
        except SQLAlchemyError as error:
            _LOGGER.exception("a read failed")
            raise StoreUnavailableError("the gateway's database did not answer") from error


def open_database(url: str) -> Database:
    """The database at a SQLAlchemy URL, ready once `start` was called."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"check_same_thread": False, "timeout": 30},
            pool_size=_READERS + 2,
            hide_parameters=True,
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            # WAL: readers never wait for the writer, nor it for them.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA busy_timeout = 30000")
            connection.execute("PRAGMA cache_size = -16000")

        return Database(engine)
    if parsed.get_backend_name() != "postgresql":
        raise UnsupportedDatabaseError(f"{parsed.get_backend_name()} is not supported: use sqlite or postgresql")
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=_READERS + WRITERS,
        pool_pre_ping=True,
        # What a failed statement was given is not for the log.
        hide_parameters=True,
    )
    return Database(engine)
