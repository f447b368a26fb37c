"""The one way to the database: grouped writes off the event loop, reads beside them.

Writes queue up for a writer thread. It takes what has gathered, runs it in one transaction (with a savepoint
each if one of them fails), and commits once: under load a single disk flush serves many calls (group commit), at
rest nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

_LOGGER = logging.getLogger("agentport_gateway.store")
_LARGEST_GROUP = 256
_READERS = 4
_WRITERS = 4


class StoreUnavailableError(Exception):
    """The database did not do what was asked. The cause is in the log and never in an answer."""


class UnsupportedDatabaseError(ValueError):
    """The database URL names a database that the gateway cannot use."""


@dataclass(slots=True)
class _Write(Generic[T]):
    work: Callable[[Connection], T]
    durable: bool
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[T]
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class Database:
    """A database that is open. Every method may be called from the event loop that opened it.

    `write` runs work inside a transaction and returns once that is committed: flushed to the disk when
    `durable`, else safe from the death of the process only. Work may be run again if other work in its group
    fails: it must do nothing but use the connection.
    """

    engine: Engine
    _queue: queue.SimpleQueue[_Write[Any] | None] = field(default_factory=queue.SimpleQueue)
    _readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_READERS, thread_name_prefix="agentport-read")
    )
    _writers: list[threading.Thread] = field(default_factory=list)
    own_sessions: set[int] = field(default_factory=set)
    """The PostgreSQL sessions that this process writes through."""

    @property
    def is_sqlite(self) -> bool:
        """Whether one process owns the file."""
        return self.engine.dialect.name == "sqlite"

    def start(self) -> None:
        """Start the writers: one where the database takes one at a time, a few where it does not."""
        for number in range(1 if self.is_sqlite else _WRITERS):
            thread = threading.Thread(target=self._write_groups, name=f"agentport-write-{number}", daemon=True)
            self._writers.append(thread)
            thread.start()

    def close(self) -> None:
        """Finish the writes that were asked for, then close every connection."""
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
        self._queue.put(_Write(work=work, durable=durable, loop=loop, answer=answer))
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

    def _write_groups(self) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            self._note_session(connection)
            flushed: bool | None = None
            while (first := self._queue.get()) is not None:
                group, last = self._gather(first)
                durable = any(write.durable for write in group)
                if connection.closed or connection.invalidated:
                    self._note_session(connection)
                try:
                    if self.is_sqlite and flushed is not durable:
                        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                        flushed = durable
                    self._commit(connection, group)
                except SQLAlchemyError as error:
                    _LOGGER.exception("a transaction failed")
                    for write in group:
                        write.error = StoreUnavailableError("the gateway's database did not answer")
                        write.error.__cause__ = error
                self._answer(group)
                if last:
                    return

    def _gather(self, first: _Write[Any]) -> tuple[list[_Write[Any]], bool]:
        group = [first]
        # Rows that another process may want too are not held while unrelated writes are made.
        limit = _LARGEST_GROUP if self.is_sqlite else 1
        while len(group) < limit:
            try:
                write = self._queue.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return group, True
            group.append(write)
        return group, False

    def _commit(self, connection: Connection, group: list[_Write[Any]]) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        if not self.is_sqlite and not any(write.durable for write in group):
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        try:
            alone = len(group) == 1
            if alone or not self._run_together(connection, group):
                for write in group:
                    self._run(connection, write, alone=alone)
            if alone and group[0].error is not None:
                connection.exec_driver_sql("ROLLBACK")
            else:
                connection.exec_driver_sql("COMMIT")
        except BaseException:
            with contextlib.suppress(SQLAlchemyError):
                connection.exec_driver_sql("ROLLBACK")
            if not self.is_sqlite:
                # The session may be gone: the next write opens another.
                connection.invalidate()
            raise

    def _note_session(self, connection: Connection) -> None:
        if not self.is_sqlite:
            self.own_sessions.add(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    def _run_together(self, connection: Connection, group: list[_Write[Any]]) -> bool:
        """Whether all went well. If not, nothing of them is left, and each is to be run for itself."""
        try:
            for write in group:
                write.result = write.work(connection)
        except Exception:  # noqa: BLE001 - it comes again, and then belongs to whoever asked
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
            return False
        return True

    @staticmethod
    def _run(connection: Connection, write: _Write[Any], *, alone: bool) -> None:
        if not alone:
            connection.exec_driver_sql("SAVEPOINT one")
        try:
            write.result = write.work(connection)
        except SQLAlchemyError as error:
            _LOGGER.exception("a write failed")
            write.error = StoreUnavailableError("the gateway's database refused a change")
            write.error.__cause__ = error
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, who gets it
            write.error = error
        if not alone:
            if write.error is not None:
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one")
            connection.exec_driver_sql("RELEASE SAVEPOINT one")

    @staticmethod
    def _answer(group: list[_Write[Any]]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Write[Any]]] = {}
        for write in group:
            by_loop.setdefault(write.loop, []).append(write)
        for loop, writes in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_deliver, writes)


def _deliver(writes: list[_Write[Any]]) -> None:
    for write in writes:
        if write.answer.done():
            continue
        if write.error is not None:
            write.answer.set_exception(write.error)
        else:
            write.answer.set_result(write.result)


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
