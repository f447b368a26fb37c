"""The one way to the database: grouped writes, and reads beside them.

SQLite has one writer (`sqlite_writer.py`) that commits whatever has gathered: under load a single disk flush serves
many calls, at rest nobody waits. PostgreSQL has a few writer threads, and groups commits itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from agentport_gateway.store.groups import StoreUnavailableError, Write, deliver, fail, run_group
from agentport_gateway.store.sqlite_writer import SqliteWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

__all__ = ["Database", "StoreUnavailableError", "UnsupportedDatabaseError", "open_database"]

_LOGGER = logging.getLogger("agentport_gateway.store")
_READERS = 4
_WRITERS = 4


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
    _queue: queue.SimpleQueue[Write[Any] | None] = field(default_factory=queue.SimpleQueue)
    _readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_READERS, thread_name_prefix="agentport-read")
    )
    _writers: list[threading.Thread] = field(default_factory=list)
    _sqlite: SqliteWriter | None = None
    own_sessions: set[int] = field(default_factory=set)
    """The PostgreSQL sessions that this process writes through."""

    @property
    def is_sqlite(self) -> bool:
        """Whether one process owns the file."""
        return self.engine.dialect.name == "sqlite"

    def start(self) -> None:
        """Start the writers: one where the database takes one at a time, a few where it does not."""
        if self.is_sqlite:
            self._sqlite = SqliteWriter(self.engine)
            return
        for number in range(_WRITERS):
            thread = threading.Thread(target=self._write_each, name=f"agentport-write-{number}", daemon=True)
            self._writers.append(thread)
            thread.start()

    def close(self) -> None:
        """Finish the writes that were asked for, then close every connection."""
        if self._sqlite is not None:
            self._sqlite.close()
        for _ in self._writers:
            self._queue.put(None)
        for thread in self._writers:
            thread.join()
        self._writers.clear()
        self._readers.shutdown()
        self.engine.dispose()

    async def write(self, work: Callable[[Connection], T], *, durable: bool = True) -> T:
        """What `work` returned, after the commit. Raises what it raised, or StoreUnavailableError."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        write = Write(work=work, durable=durable, loop=loop, answer=answer)
        if self._sqlite is not None:
            self._sqlite.add(write)
        else:
            self._queue.put(write)
        # A caller that is cancelled must not take back a write that others have seen.
        return await asyncio.shield(answer)

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

    def _write_each(self) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            self._note_session(connection)
            while (write := self._queue.get()) is not None:
                # Rows that another process may want too are not held while unrelated writes are made: no groups.
                group = [write]
                try:
                    self._commit(connection, group)
                except SQLAlchemyError as error:
                    _LOGGER.exception("a transaction failed")
                    _drop_session(connection)
                    fail(group, error)
                if not write.loop.is_closed():
                    write.loop.call_soon_threadsafe(deliver, group)

    def _commit(self, connection: Connection, group: list[Write[Any]]) -> None:
        self._begin(connection)
        try:
            if not any(write.durable for write in group):
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            run_group(connection, group, "BEGIN")
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with contextlib.suppress(SQLAlchemyError):
                connection.exec_driver_sql("ROLLBACK")
            raise

    def _begin(self, connection: Connection) -> None:
        """Begin a transaction; in a new session where the old one turns out to be gone: nothing was done in it yet."""
        if not connection.invalidated:
            try:
                connection.exec_driver_sql("BEGIN")
                return
            except SQLAlchemyError:
                _drop_session(connection)
        self._note_session(connection)
        connection.exec_driver_sql("BEGIN")

    def _note_session(self, connection: Connection) -> None:
        self.own_sessions.add(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _drop_session(connection: Connection) -> None:
    """Let the next statement open another session, which the library allows once its own transaction is over too."""
    connection.invalidate()
    connection.rollback()


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
        pool_size=_READERS + _WRITERS,
        pool_pre_ping=True,
        # What a failed statement was given is not for the log.
        hide_parameters=True,
    )
    return Database(engine)
