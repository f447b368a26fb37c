"""A report format: a pure function from a run to a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agentport_harness.core.report import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a report is to look: with colours, how wide in characters, and whether only what is wrong is wanted."""

    color: bool = False
    width: int = 100
    quiet: bool = False


class Write(Protocol):
    """Makes the whole report of a run."""

    def __call__(self, run: Run, look: Look, /) -> str:
        """The report's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One format, named as on the command line."""

    name: str
    write: Write
