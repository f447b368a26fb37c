"""The real clock and the real source of randomness."""

from __future__ import annotations

import asyncio
import os
import secrets
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
_UUID_BYTES = 16


class RandomIds:
    """Identifiers and secrets nobody can guess.

    The bytes of identifiers are fetched from the system many at a time: each fetch is a system call.
    """

    def __init__(self) -> None:
        self._bytes = b""

    def uuid(self) -> str:
        """A random UUID."""
        if not self._bytes:
            self._bytes = os.urandom(_READ_AHEAD)
        taken, self._bytes = self._bytes[:_UUID_BYTES], self._bytes[_UUID_BYTES:]
        return str(uuid.UUID(bytes=taken, version=4))

    def secret(self) -> str:
        """43 URL-safe characters: 256 bits."""
        return secrets.token_urlsafe(32)
