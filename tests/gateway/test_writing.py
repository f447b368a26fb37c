"""Grouped writes to a real file: what fails fails alone, what is asked for is done, and nobody waits for a lock."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from agentport_gateway.store.database import Database, StoreUnavailableError, open_database
from agentport_gateway.store.sqlite_writer import SqliteWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "writing.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    found = open_database(f"sqlite:///{path}")
    with found.engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (name TEXT PRIMARY KEY)"))
    found.start()
    yield found
    found.close()


def adding(name: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(text("INSERT INTO things VALUES (:name)"), {"name": name})
        return name

    return work


def refusing(connection: Connection) -> None:
    connection.execute(text("INSERT INTO things VALUES ('refused')"))
    raise ValueError("not like this")


async def names(database: Database) -> set[str]:
    return await database.read(lambda connection: set(connection.execute(text("SELECT name FROM things")).scalars()))


@pytest.mark.parametrize("durable", [True, False])
async def test_what_fails_in_a_group_fails_alone(database: Database, durable: bool) -> None:
    works: list[Callable[[Connection], Any]] = [adding("a"), refusing, adding("b"), adding("a"), adding("c")]
    answers = await asyncio.gather(*(database.write(work, durable=durable) for work in works), return_exceptions=True)
    assert [type(answer) for answer in answers] == [str, ValueError, str, StoreUnavailableError, str]
    assert await names(database) == {"a", "b", "c"}
    with pytest.raises(ValueError, match="not like this"):
        await database.write(refusing, durable=durable)
    assert await names(database) == {"a", "b", "c"}


async def test_what_was_asked_for_is_done_before_the_end(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (name TEXT PRIMARY KEY)"))
    database.start()
    asked = [asyncio.create_task(database.write(adding(str(number)), durable=number % 3 == 0)) for number in range(200)]
    await asyncio.sleep(0)
    database.close()
    assert {await one for one in asked} == {str(number) for number in range(200)}
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM things").fetchone() == (200,)
    file.close()


async def test_somebody_elses_lock_delays_writes_and_nothing_else(database: Database, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(database.write(adding("late")))
    for _ in range(20):
        await asyncio.wait_for(names(database), 5)
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    assert await asyncio.wait_for(writing, 10) == "late"
    assert await database.write(adding("later"), durable=False) == "later"


async def test_the_log_beside_the_file_does_not_grow_without_end(database: Database, path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    for number in range(2500):
        await database.write(adding(f"{number:0900d}"), durable=False)
    assert (await asyncio.to_thread(log.stat)).st_size < 16 * 1024 * 1024


async def test_a_transaction_that_was_left_open_is_taken_back(database: Database) -> None:
    writer = database._writer
    assert isinstance(writer, SqliteWriter)
    writer._connection.exec_driver_sql("BEGIN IMMEDIATE")
    writer._connection.execute(text("INSERT INTO things VALUES ('left')"))
    assert await database.write(adding("next")) == "next"
    assert await names(database) == {"next"}


async def test_a_durable_write_is_flushed_whoever_wrote_before(database: Database) -> None:
    writer = database._writer
    assert isinstance(writer, SqliteWriter)
    for number, durable in enumerate((False, True, False, True)):
        await database.write(adding(str(number)), durable=durable)
        # FULL is 2 and flushes the log at every commit; NORMAL is 1 and does not.
        assert writer._driver.execute("PRAGMA synchronous").fetchone() == (1 + durable,)
