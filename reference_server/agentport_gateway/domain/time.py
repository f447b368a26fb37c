"""The clock and the source of identifiers that everything else is given, never takes for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Timer(Protocol):
    """A callback that is due later and can be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Tells the time (aware, UTC) and calls back later; tests move it by hand."""

    def now(self) -> datetime: ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer: ...


class Ids(Protocol):
    """Makes identifiers (UUIDs) and secrets (at least 32 URL-safe characters)."""

    def uuid(self) -> str: ...

    def secret(self) -> str: ...
