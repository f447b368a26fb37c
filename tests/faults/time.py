"""Time for a gateway and the checks of it in one process: it stands while anybody works, and flies while all wait.

Whatever is measured or limited there is then the same on every machine, however busy: only waits take time.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

SPEED = 50.0
"""Seconds that pass in one of the machine's: what the kernel still has under way must not look like silence."""
PACE = 0.00005
"""Seconds that a turn of the loop counts for: whoever asks again and again meets a limit in the end."""


class _Selector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]  # what it is depends on the system
    """Asks the kernel, and lets time pass where it has nothing and nobody works elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.busy = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += PACE
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None or self.busy:
            return super().select(None)
        ready = super().select(timeout / SPEED)
        if not ready:
            self.now += timeout
        return ready


class WaitingLoop(asyncio.SelectorEventLoop):
    """An event loop in which only waiting takes time. What other threads do for it counts as work."""

    def __init__(self) -> None:
        self._idle = _Selector()
        super().__init__(self._idle)

    def time(self) -> float:
        return self._idle.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        working = super().run_in_executor(executor, func, *args)
        self._idle.busy += 1
        working.add_done_callback(self._rested)
        return working

    def _rested(self, _working: object) -> None:
        self._idle.busy -= 1

    def freeze(self, seconds: float) -> None:
        """So many seconds pass in which nobody else comes to do anything."""
        self._idle.now += seconds

    @contextmanager
    def working(self) -> Iterator[None]:
        """Somebody works whom the loop does not know of."""
        self._idle.busy += 1
        try:
            yield
        finally:
            self._idle.busy -= 1


def counted(whole: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, and a loop whose time waits for it knows that it is work."""

    async def work(*given: Any, **named: Any) -> Any:
        loop = asyncio.get_running_loop()
        with loop.working() if isinstance(loop, WaitingLoop) else nullcontext():
            return await whole(*given, **named)

    return work


BACKEND: tuple[str, dict[str, Any]] = ("asyncio", {"loop_factory": WaitingLoop})
"""For `anyio_backend`."""


class LoopClock:
    """A loop's time as the gateway sees it, from its other threads too."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 9, 0, tzinfo=UTC) + timedelta(seconds=self._loop.time())

    def call_later(self, seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_later(seconds, callback)


class BenchTime:
    """The same as the checks see it."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
