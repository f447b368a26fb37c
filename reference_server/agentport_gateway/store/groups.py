"""Groups of writes: run in one transaction, committed once, answered together."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.engine import Connection

T = TypeVar("T")

_LOGGER = logging.getLogger("agentport_gateway.store")
LARGEST_GROUP = 64


class StoreUnavailableError(Exception):
    """The database did not do what was asked. The cause is in the log and never in an answer."""


@dataclass(slots=True)
class Write(Generic[T]):
    """Something to do inside a transaction, and who waits for it."""

    work: Callable[[Connection], T]
    durable: bool
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[T]
    result: Any = None
    error: BaseException | None = None


def run_group(connection: Connection, group: list[Write[Any]], begin: str) -> None:
    """Run the writes in the transaction that is begun, which then holds what is to be committed.

    A write that fails has no effect and the others have theirs. Only after a failure each has a savepoint: mostly
    nothing fails, and a savepoint costs as much as what it protects.
    """
    if len(group) == 1:
        _run(group[0], connection)
        if group[0].error is not None:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql(begin)
    elif not _run_together(connection, group, begin):
        for write in group:
            connection.exec_driver_sql("SAVEPOINT one")
            _run(write, connection)
            if write.error is not None:
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one")
            connection.exec_driver_sql("RELEASE SAVEPOINT one")


def fail(group: Iterable[Write[Any]], cause: BaseException) -> None:
    """Let the whole group have failed, as far as those who asked are told."""
    for write in group:
        write.error = StoreUnavailableError("the gateway's database did not answer")
        write.error.__cause__ = cause


def deliver(group: Iterable[Write[Any]]) -> None:
    """Answer those who wait; called on their event loop."""
    for write in group:
        if write.answer.done():
            continue
        if write.error is not None:
            write.answer.set_exception(write.error)
        else:
            write.answer.set_result(write.result)


def _run_together(connection: Connection, group: list[Write[Any]], begin: str) -> bool:
    """Whether all went well. If not, nothing of them is left, and each is to be run for itself."""
    try:
        for write in group:
            write.result = write.work(connection)
    except Exception:  # noqa: BLE001 - it comes again, and then belongs to whoever asked
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(begin)
        return False
    return True


def _run(write: Write[Any], connection: Connection) -> None:
    try:
        write.result = write.work(connection)
    except SQLAlchemyError as error:
        _LOGGER.exception("a write failed")
        write.error = StoreUnavailableError("the gateway's database refused a change")
        write.error.__cause__ = error
    except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, who gets it
        write.error = error
