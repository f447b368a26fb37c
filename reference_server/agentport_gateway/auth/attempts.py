"""How often an address may guess: failures are counted for each, in this process, whoever they are about."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_FAILURES = 30
_WINDOW = timedelta(minutes=5)
_MOST_ADDRESSES = 10_000
_HASHES_AT_ONCE = 2


class Attempts:
    """The failed attempts of the last minutes, by address. A locked account is counted with the account itself."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[datetime]] = {}
        self.hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        """Held while a password is hashed."""

    def exhausted(self, address: str, now: datetime) -> bool:
        """Whether this address has failed so often that it has to wait."""
        failed = self._failed.get(address)
        if failed is None:
            return False
        while failed and now - failed[0] >= _WINDOW:
            failed.popleft()
        if not failed:
            del self._failed[address]
        return len(failed) >= _FAILURES

    def note_failure(self, address: str, now: datetime) -> None:
        """Count one more failure."""
        if address not in self._failed and len(self._failed) >= _MOST_ADDRESSES:
            # The oldest is let off: memory is bounded, and so many addresses are no single guesser.
            del self._failed[next(iter(self._failed))]
        self._failed.setdefault(address, deque(maxlen=_FAILURES)).append(now)
