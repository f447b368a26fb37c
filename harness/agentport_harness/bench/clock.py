"""Time as checks see it: real, or a test's own that jumps."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, and a way to let them pass."""

    def now(self) -> float:
        """Seconds from some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed, on the gateway too."""


class RealClock:
    """The machine's time."""

    def now(self) -> float:
        return time.perf_counter()

    async def sleep(self, seconds: float) -> None:
        import anyio

        await anyio.sleep(seconds)
