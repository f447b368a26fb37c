"""An importer: how one recording format becomes traces; and what is said of a source that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import Lack, Trace

Record: TypeAlias = tuple[int | None, JSON]
"""One JSON value of a source with its line (from 1); None where the source is one document of many lines."""

NOTHING: Final[JSON] = ()
"""What a line is read as in which there is nothing that a rule could use; no JSON is read as this very value."""

ReadLine: TypeAlias = Callable[[bytes], JSON]

Sniff: TypeAlias = Callable[[Sequence[JSON]], bool]


Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A source, or a line of one, that could not be read; the rest is. A warning does not make the run fail."""

    path: str
    slug: str
    message: str
    line: int | None = None
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}" + (f"\n  hint: {self.hint}" if self.hint else "")


class LookCloserError(Exception):
    """A first look at a recording was not enough: it has to be read in full."""


Recording: TypeAlias = Trace | Problem
"""What reading a source yields: a session, or something that could not be read."""

Read: TypeAlias = Callable[[Iterable[Record], str], Iterator[Recording]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One recording format. ``name`` is what ``--input-format`` takes; ``versions`` are those it was tried with.

    ``sniff`` says of a source's first records whether they are of this format and no other. ``read`` turns the
    records of one source, whose name is its second argument, into sessions as they are completed, whatever the JSON:
    it never raises. ``lacks`` names what the format can never show; a session may lack more.

    ``lines`` makes, for one source, what reads its lines in order: it returns a line's value, or as much of it as
    ``read`` has a use for, or `NOTHING`; it raises `UnparsableError`. ``heads`` says of a source's very first record
    that the source is of this format and no other, so that its lines may be read so from the start. ``glance`` makes
    the like for a first look, which leaves out what cannot concern the gateway; it may raise `LookCloserError`.
    """

    name: str
    title: str
    sniff: Sniff
    read: Read
    versions: tuple[str, ...] = ()
    lacks: frozenset[Lack] = frozenset()
    lines: Callable[[], ReadLine] | None = None
    glance: Callable[[], ReadLine] | None = None
    heads: Callable[[JSON], bool] | None = None
