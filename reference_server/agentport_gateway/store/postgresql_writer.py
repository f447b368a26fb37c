"""The writers of a PostgreSQL database: a few that commit one by one, and one that commits entries in groups.

PostgreSQL groups flushes itself. Work that other processes' work may wait for is therefore not held up by anything
else in its transaction. Log entries are nobody else's: however many have gathered cost one conversation with the
server, and as little waiting for the interpreter, which the thread has to ask for after each answer.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

from agentport_gateway.store.groups import LARGEST_GROUP, Write, deliver, fail, run_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

    Queue = queue.SimpleQueue[Write[Any] | None]

_LOGGER = logging.getLogger("agentport_gateway.store")
ONE_BY_ONE = 4
WRITERS = ONE_BY_ONE + 1
_NOT_FLUSHED = "SET LOCAL synchronous_commit = off"


class PostgresqlWriter:
    """Takes writes and answers each once it is committed. `sessions` are the ones that it writes through."""

    def __init__(self, engine: Engine) -> None:
        self.sessions: set[int] = set()
        self._writes: Queue = queue.SimpleQueue()
        self._entries: Queue = queue.SimpleQueue()
        self._threads = []
        for number, work in enumerate([self._write_entries, *[self._write_each] * ONE_BY_ONE]):
            # Opened here, where a failure is told; a thread that could not would leave those who wait waiting.
            connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._note_session(connection)
            thread = threading.Thread(target=work, args=(connection,), name=f"agentport-write-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def add(self, write: Write[Any]) -> None:
        """Take a write; it is a transaction of its own."""
        self._writes.put(write)

    def add_entry(self, write: Write[Any]) -> None:
        """Take a write that touches nothing but a log entry of its own, by prepared statements without rows."""
        self._entries.put(write)

    def close(self) -> None:
        """Finish what was asked for."""
        for _ in range(ONE_BY_ONE):
            self._writes.put(None)
        self._entries.put(None)
        for thread in self._threads:
            thread.join()

    def _write_each(self, connection: Connection) -> None:
        with connection:
            while (write := self._writes.get()) is not None:
                self._settle(connection, [write], self._commit)

    def _write_entries(self, connection: Connection) -> None:
        with connection:
            while (write := self._entries.get()) is not None:
                group = [write]
                while len(group) < LARGEST_GROUP and not self._entries.empty():
                    following = self._entries.get()
                    if following is None:
                        self._entries.put(None)  # the end comes after this group
                        break
                    group.append(following)
                self._settle(connection, group, self._commit_entries)

    def _settle(
        self, connection: Connection, group: list[Write[Any]], commit: Callable[[Connection, list[Write[Any]]], None]
    ) -> None:
        """Commit the group, whatever that takes, and answer it."""
        try:
            commit(connection, group)
        except Exception as error:
            _LOGGER.exception("a transaction failed")
            fail(group, error)
        loop = group[0].loop
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, group)

    def _commit(self, connection: Connection, group: list[Write[Any]]) -> None:
        begin = "BEGIN" if any(write.durable for write in group) else f"BEGIN; {_NOT_FLUSHED}"
        driver = self._begun(connection, begin)
        try:
            run_group(connection, group, begin)
            driver.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(connection.dialect.loaded_dbapi.Error):
                driver.rollback()
            # The session may be gone: the next write opens another.
            _drop_session(connection)
            raise

    def _begun(self, connection: Connection, begin: str) -> Any:
        """The driver in a transaction; in a new session where the old one is gone: nothing was done in it yet."""
        if not connection.invalidated:
            driver: Any = connection.connection.dbapi_connection
            try:
                driver.execute(begin)
            except connection.dialect.loaded_dbapi.Error:
                _drop_session(connection)
            else:
                return driver
        self._note_session(connection)
        driver = connection.connection.dbapi_connection
        driver.execute(begin)
        return driver

    def _commit_entries(self, connection: Connection, group: list[Write[Any]]) -> None:
        """Say the whole transaction before listening. If any of it is refused, all is said again, one at a time."""
        if connection.invalidated:
            self._note_session(connection)
        driver: Any = connection.connection.dbapi_connection
        try:
            with driver.pipeline():
                driver.execute("BEGIN")
                driver.execute(_NOT_FLUSHED)
                for write in group:
                    write.result = write.work(connection)
                driver.execute("COMMIT")
        except Exception:  # noqa: BLE001 - it comes again, and then belongs to whoever asked
            with contextlib.suppress(connection.dialect.loaded_dbapi.Error):
                driver.rollback()
            self._commit(connection, group)

    def _note_session(self, connection: Connection) -> None:
        self.sessions.add(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _drop_session(connection: Connection) -> None:
    """Let the next statement open another session, which the library allows once its own transaction is over too."""
    connection.invalidate()
    connection.rollback()
