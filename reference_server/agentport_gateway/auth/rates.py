"""How often an address may ask for what costs something although nobody is signed in yet."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

What = Literal["register", "fetch", "authorize"]

_WINDOW = timedelta(hours=1)
_MOST: dict[What, int] = {"register": 60, "fetch": 60, "authorize": 600}
_MOST_ADDRESSES = 10_000


class Rates:
    """What each address asked for in the last hour, in this process."""

    def __init__(self) -> None:
        self._asked: dict[tuple[What, str], deque[datetime]] = {}

    def admits(self, what: What, address: str, now: datetime) -> bool:
        """Whether the address may do it once more; if so, it is counted."""
        asked = self._asked.setdefault((what, address), deque())
        while asked and now - asked[0] >= _WINDOW:
            asked.popleft()
        if len(asked) >= _MOST[what]:
            return False
        asked.append(now)
        if len(self._asked) > _MOST_ADDRESSES:
            # The oldest is let off: memory is bounded, and so many addresses are no single caller.
            del self._asked[next(iter(self._asked))]
        return True
