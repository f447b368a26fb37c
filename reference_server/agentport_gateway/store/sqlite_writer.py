"""The one writer of a SQLite file: statements on the event loop, flushes off it.

A statement takes tens of microseconds and touches memory only; handing it to a thread would cost several times
that in waiting for the interpreter. What may take long is done by a thread while nothing else uses the connection:
the flush of a durable commit, copying the log into the file, and waiting for somebody else's lock on the file.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import sqlite3
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.exc import SQLAlchemyError

from agentport_gateway.store.groups import LARGEST_GROUP, Write, deliver, fail, run_group

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

    Job = tuple[asyncio.AbstractEventLoop, list[Write[Any]], Callable[..., None], tuple[Any, ...]]

_LOGGER = logging.getLogger("agentport_gateway.store")
_BEGIN = "BEGIN IMMEDIATE"
_PATIENCE_MS = 30_000
_WRITES_BETWEEN_CHECKPOINTS = 250


class SqliteWriter:
    """Takes writes, runs what has gathered as one transaction, and answers once it is committed."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # What stands around every group is said to the driver itself: a fixed word needs nothing of SQLAlchemy's.
        self._driver = cast("sqlite3.Connection", self._connection.connection.dbapi_connection)
        self._driver.execute("PRAGMA busy_timeout = 0")
        self._driver.execute("PRAGMA wal_autocheckpoint = 0")
        # A queue and a thread, not an executor: its futures cost as much as a group's statements.
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="agentport-write", daemon=True)
        self._thread.start()
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

    def add_entry(self, write: Write[Any]) -> None:
        """Take a write; here all are grouped."""
        self.add(write)

    def close(self) -> None:
        """Finish what was asked for, then let go of the file."""
        self._jobs.put(None)
        self._thread.join()
        while group := self._gather():
            self._whole(group, any(write.durable for write in group))
            deliver(group)
        with contextlib.suppress(sqlite3.Error):
            self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
        except sqlite3.Error:
            # Somebody else writes to the file: they are waited for where nobody waits for us.
            self._jobs.put((loop, group, self._whole, (group, durable)))
            return
        self._run(group)
        if durable or self._unchecked >= _WRITES_BETWEEN_CHECKPOINTS:
            self._jobs.put((loop, group, self._commit_and_tidy, (group,)))
            return
        self._commit(group)
        deliver(group)
        loop.call_soon(self._next, loop)

    def _work(self) -> None:
        """What the thread does: a job, then the event loop's turn again, until there is nothing more to come."""
        while (job := self._jobs.get()) is not None:
            loop, group, work, given = job
            try:
                work(*given)
            except Exception as error:
                _LOGGER.exception("a transaction failed")
                fail(group, error)
            with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody left to answer
                loop.call_soon_threadsafe(self._done, loop, group)

    def _done(self, loop: asyncio.AbstractEventLoop, group: list[Write[Any]]) -> None:
        """Answer the group, and go on with what has gathered meanwhile."""
        deliver(group)
        self._next(loop)

    def _begin(self, durable: bool) -> None:
        if self._flushes is not durable:
            self._driver.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._flushes = durable
        self._driver.execute(_BEGIN)

    def _run(self, group: list[Write[Any]]) -> None:
        try:
            run_group(self._connection, group, _BEGIN)
        except SQLAlchemyError as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)

    def _commit(self, group: list[Write[Any]]) -> None:
        try:
            self._driver.execute("COMMIT")
            self._unchecked += len(group)
        except sqlite3.Error as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)
            with contextlib.suppress(sqlite3.Error):
                self._driver.execute("ROLLBACK")

    def _commit_and_tidy(self, group: list[Write[Any]]) -> None:
        """Commit, and now and then copy the log into the file, or it would grow without end."""
        self._commit(group)
        if self._unchecked >= _WRITES_BETWEEN_CHECKPOINTS:
            self._unchecked = 0
            with contextlib.suppress(sqlite3.Error):
                self._driver.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _whole(self, group: list[Write[Any]], durable: bool) -> None:
        """The whole transaction at once, with patience for others who hold the file."""
        with contextlib.suppress(sqlite3.Error):
            # There is none to take back, unless taking back failed before.
            self._driver.execute("ROLLBACK")
        try:
            self._driver.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                self._begin(durable)
            finally:
                self._driver.execute("PRAGMA busy_timeout = 0")
        except sqlite3.Error as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)
            return
        self._run(group)
        self._commit_and_tidy(group)
