"""Time as checks see it: real, or a test's own that jumps."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, and a way to let them pass."""

    @property
    def virtual(self) -> bool:
        """Whether letting time pass costs none."""

    def now(self) -> float:
        """Seconds from some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed, on the gateway too."""


class RealClock:
    """The machine's time."""

    virtual = False

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        import anyio

        await anyio.sleep(seconds)
