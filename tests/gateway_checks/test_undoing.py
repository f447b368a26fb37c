"""What is taken back is taken back to the end."""

from __future__ import annotations

import asyncio

import pytest

from agentport_harness.bench.undoing import to_the_end
from agentport_harness.core.errors import UnreachableError

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_an_interruption_waits_until_it_is_taken_back() -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def undo() -> None:
        begun.set()
        await go_on.wait()
        done.set()

    undoing = asyncio.ensure_future(to_the_end(undo, 60))
    await begun.wait()
    undoing.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await undoing

    assert done.is_set()


async def test_what_takes_too_long_is_given_up_and_what_fails_is_said() -> None:
    async def refuse() -> None:
        raise UnreachableError("adapter-refused", "no")

    assert not await to_the_end(asyncio.Event().wait, 0)
    assert await to_the_end(lambda: asyncio.sleep(0), 60)
    with pytest.raises(UnreachableError, match="no"):
        await to_the_end(refuse, 60)
