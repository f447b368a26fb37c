"""The real clock and the real source of randomness."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentport_gateway.domain.time import Timer


class SystemClock:
    """The machine's time; callbacks come from the running event loop."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call back from the event loop after so many seconds."""
        return asyncio.get_running_loop().call_later(seconds, callback)


_READ_AHEAD = 4096
_UUID_BYTES = 10
_VERSION_AND_VARIANT = 0x7000_8000_0000_0000_0000
_RANDOM_BITS = 0x0FFF_3FFF_FFFF_FFFF_FFFF


class RandomIds:
    """Identifiers and secrets nobody can guess.

    Identifiers begin with the time (UUID version 7, 74 random bits): in an index, new ones are neighbours, so that
    writing one costs the same however many there are. Their bytes are fetched from the system many at a time:
    each fetch is a system call.
    """

    def __init__(self) -> None:
        self._bytes = b""

    def uuid(self) -> str:
        """A UUID that sorts by time."""
        if not self._bytes:
            self._bytes = os.urandom(_READ_AHEAD)
        taken, self._bytes = self._bytes[:_UUID_BYTES], self._bytes[_UUID_BYTES:]
        tail = int.from_bytes(taken, "big") & _RANDOM_BITS | _VERSION_AND_VARIANT
        return str(uuid.UUID(int=time.time_ns() // 1_000_000 << 80 | tail))

    def secret(self) -> str:
        """43 URL-safe characters: 256 bits."""
        return secrets.token_urlsafe(32)
