"""Fixtures: a gateway that runs in the test's own event loop, on loopback, over real HTTP."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from .world import World, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_numbers = itertools.count()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with two organisations, the demonstration's integrations and a hand-moved clock."""
    async with running_gateway(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server, without a database's name in it."""
    if given := os.environ.get("AGENTPORT_TEST_POSTGRESQL"):
        yield given
        return
    with _postgresql() as running:
        yield running.get_uri()


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A PostgreSQL server that nobody else uses, to be stopped and started."""
    with _postgresql() as running:
        yield running


@contextlib.contextmanager
def _postgresql() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pgserver
        except ImportError:
            reason = "pgserver is not installed: no PostgreSQL to test with"
            if os.environ.get("CI_REQUIRES_POSTGRESQL"):
                pytest.fail(reason)
            pytest.skip(reason)
        # The server gives up root's rights: its folder must be reachable for others, as pytest's own is not.
        folder = Path(tempfile.mkdtemp(prefix="agentport-pg-"))
        folder.chmod(0o755)
        running = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield running
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The URL of an empty database."""
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield engine.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
