"""Time that flows as ever and can be made to jump: for a gateway and the checks of it in one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class JumpingClock:
    """The gateway's clock (`now` as a date) and, as `bench`, that of the checks."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._jumped = 0.0
        self._timers: set[_Timer] = set()

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 9, 0, tzinfo=UTC) + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        return time.monotonic() - self._began + self._jumped

    def call_later(self, seconds: float, callback: Callable[[], None]) -> _Timer:
        timer = _Timer(self, self.seconds() + seconds, callback)
        self._timers.add(timer)
        return timer

    async def jump(self, seconds: float) -> None:
        """So many seconds have passed; what was due rings."""
        self._jumped += seconds
        for timer in sorted(self._timers, key=lambda one: one.due):
            if timer.due <= self.seconds():
                timer.ring()
        await asyncio.sleep(0)

    @property
    def bench(self) -> BenchTime:
        return BenchTime(self)


class _Timer:
    def __init__(self, clock: JumpingClock, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self._clock = clock
        self._callback = callback
        self._handle = asyncio.get_running_loop().call_later(max(due - clock.seconds(), 0), self.ring)

    def ring(self) -> None:
        if self in self._clock._timers:
            self.cancel()
            self._callback()

    def cancel(self) -> None:
        self._handle.cancel()
        self._clock._timers.discard(self)


class BenchTime:
    """The checks' view of it."""

    virtual = True

    def __init__(self, clock: JumpingClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.seconds()

    async def sleep(self, seconds: float) -> None:
        await self._clock.jump(seconds)
