"""The one writer of a SQLite file: statements on the event loop, flushes off it.

A statement takes tens of microseconds and touches memory only; handing it to a thread would cost several times
that in waiting for the interpreter. What may take long is done by a thread while nothing else uses the connection:
the flush of a durable commit, copying the log into the file, and waiting for somebody else's lock on the file.
"""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from agentport_gateway.store.groups import LARGEST_GROUP, Write, deliver, fail, run_group

if TYPE_CHECKING:
    import asyncio

    from sqlalchemy.engine import Connection, Engine

_LOGGER = logging.getLogger("agentport_gateway.store")
_BEGIN = "BEGIN IMMEDIATE"
_PATIENCE_MS = 30_000
_WRITES_BETWEEN_CHECKPOINTS = 250


class SqliteWriter:
    """Takes writes, runs what has gathered as one transaction, and answers once it is committed."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        self._connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="agentport-write")
        self._pending: deque[Write[Any]] = deque()
        self._busy = False
        self._flushes: bool | None = None
        self._unchecked = 0

    def add(self, write: Write[Any]) -> None:
        """Take a write; it runs with those that come until the event loop has a moment."""
        self._pending.append(write)
        if not self._busy:
            self._busy = True
            write.loop.call_soon(self._next, write.loop)

    def close(self) -> None:
        """Finish what was asked for, then let go of the file."""
        self._thread.shutdown(wait=True)
        while group := self._gather():
            self._whole(group, any(write.durable for write in group))
            deliver(group)
        with contextlib.suppress(SQLAlchemyError):
            self._connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _gather(self) -> list[Write[Any]]:
        return [self._pending.popleft() for _ in range(min(len(self._pending), LARGEST_GROUP))]

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        group = self._gather()
        if not group:
            self._busy = False
            return
        durable = any(write.durable for write in group)
        try:
            self._begin(durable)
        except SQLAlchemyError:
            # Somebody else writes to the file: they are waited for where nobody waits for us.
            self._elsewhere(loop, group, self._whole, group, durable)
            return
        self._run(group)
        if durable or self._unchecked >= _WRITES_BETWEEN_CHECKPOINTS:
            self._elsewhere(loop, group, self._commit_and_tidy, group)
            return
        self._commit(group)
        deliver(group)
        loop.call_soon(self._next, loop)

    def _elsewhere(self, loop: asyncio.AbstractEventLoop, group: list[Write[Any]], work: Any, *given: Any) -> None:
        """Have the thread do something, then answer the group and go on with what has gathered meanwhile."""

        def done(doing: asyncio.Future[None]) -> None:
            if (error := doing.exception()) is not None:
                _LOGGER.error("a transaction failed", exc_info=error)
                fail(group, error)
            deliver(group)
            self._next(loop)

        loop.run_in_executor(self._thread, work, *given).add_done_callback(done)

    def _begin(self, durable: bool) -> None:
        if self._flushes is not durable:
            self._connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._flushes = durable
        self._connection.exec_driver_sql(_BEGIN)

    def _run(self, group: list[Write[Any]]) -> None:
        try:
            run_group(self._connection, group, _BEGIN)
        except SQLAlchemyError as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)

    def _commit(self, group: list[Write[Any]]) -> None:
        try:
            self._connection.exec_driver_sql("COMMIT")
            self._unchecked += len(group)
        except SQLAlchemyError as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)
            with contextlib.suppress(SQLAlchemyError):
                self._connection.exec_driver_sql("ROLLBACK")

    def _commit_and_tidy(self, group: list[Write[Any]]) -> None:
        """Commit, and now and then copy the log into the file, or it would grow without end."""
        self._commit(group)
        if self._unchecked >= _WRITES_BETWEEN_CHECKPOINTS:
            self._unchecked = 0
            with contextlib.suppress(SQLAlchemyError):
                self._connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def _whole(self, group: list[Write[Any]], durable: bool) -> None:
        """The whole transaction at once, with patience for others who hold the file."""
        with contextlib.suppress(SQLAlchemyError):
            # There is none to take back, unless taking back failed before.
            self._connection.exec_driver_sql("ROLLBACK")
        try:
            self._connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                self._begin(durable)
            finally:
                self._connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        except SQLAlchemyError as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)
            return
        self._run(group)
        self._commit_and_tidy(group)
