"""Taking something back to the end, also where the run is interrupted in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import anyio


async def to_the_end(undoing: Callable[[], Awaitable[object]], within: float) -> bool:
    """Whether it was done in so many seconds. Raises what it raises; an interruption is passed on afterwards.

    A shield of anyio's does not keep off Ctrl-C, which cancels the main task of the loop: the work has a task of its
    own. Whoever interrupts twice means it.
    """

    async def work() -> None:
        await undoing()

    task = asyncio.ensure_future(work())
    interrupted: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):
        try:
            await asyncio.wait((task,), timeout=within)
        except asyncio.CancelledError as error:
            interrupted = error
            await asyncio.wait((task,), timeout=within)
    done = task.done()
    if not done:
        task.cancel()
    if interrupted is not None:
        raise interrupted
    if done:
        task.result()
    return done
