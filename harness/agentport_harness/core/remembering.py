"""Results that are remembered while sessions are judged, and forgotten before they fill the memory.

What is computed of a text, or of a session, is asked for by many rules and worth keeping; of the next session's texts
few are the same. So memory follows the largest session, not their number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

MOST = 1_000_000
"""Characters of sessions after which what was remembered of them is forgotten."""

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class _Memory:
    """What forgets, and the characters that were judged since it last did."""

    def __init__(self) -> None:
        self.forget: list[Callable[[], None]] = []
        self.judged = 0


_MEMORY = _Memory()


def remembered(
    most: int,
) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Remember the ``most`` latest results of a pure function, until enough other sessions were judged."""

    def remembering(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        cached = lru_cache(maxsize=most)(function)
        _MEMORY.forget.append(cached.cache_clear)
        return cast("Callable[_Parameters, _Result]", cached)

    return remembering


def judged(characters: int) -> None:
    """A session of that many characters was judged; what was remembered may be forgotten."""
    _MEMORY.judged += characters
    if _MEMORY.judged > MOST:
        _MEMORY.judged = 0
        for forget in _MEMORY.forget:
            forget()
