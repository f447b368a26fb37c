"""What operators see of the work: a span for each piece, and a log line when it ends. Arguments are in neither."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_LOGGER = logging.getLogger("agentport_gateway.work")
_tracer: Any = None


def trace_with(tracer: Any) -> None:
    """Make spans with this OpenTelemetry tracer from now on; None makes none."""
    global _tracer
    _tracer = tracer


class Unseen:
    """A piece of work that nobody looks at."""

    def __enter__(self) -> Unseen:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def note(self, **facts: str | float | bool | None) -> None:
        """Nothing is kept."""


class Seen(Unseen):
    """A piece of work under a span, and logged when it ends."""

    def __init__(self, name: str, facts: dict[str, str | float | bool | None]) -> None:
        self._name = name
        self._facts = facts
        self._began = time.perf_counter()
        self._span: Any = None
        self._under: AbstractContextManager[Any] = nullcontext()
        if _tracer is not None:
            # What an exception says may hold anything: its type is enough.
            self._under = _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def __enter__(self) -> Seen:
        self._span = self._under.__enter__()
        self.note(**self._facts)
        return self

    def __exit__(self, *broken: Any) -> None:
        if broken[0] is not None:
            self.note(**{"error.type": broken[0].__name__})
            if self._span is not None:
                from opentelemetry.trace import StatusCode

                self._span.set_status(StatusCode.ERROR)
        self._under.__exit__(*broken)
        if _LOGGER.isEnabledFor(logging.INFO):
            facts = {**self._facts, "milliseconds": round((time.perf_counter() - self._began) * 1000, 2)}
            _LOGGER.info("%s", self._name, extra={"facts": facts})

    def note(self, **facts: str | float | bool | None) -> None:
        """Add what is known by now."""
        self._facts |= facts
        if self._span is not None:
            for name, value in facts.items():
                if value is not None:
                    self._span.set_attribute(f"agentport.{name}" if "." not in name else name, value)


_UNSEEN: Final = Unseen()


def observe(name: str, **facts: str | float | bool | None) -> Unseen:
    """A piece of work that begins now: enter it, note what comes of it."""
    if _tracer is None and not _LOGGER.isEnabledFor(logging.INFO):
        return _UNSEEN
    return Seen(name, facts)
