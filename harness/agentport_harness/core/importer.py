"""An importer: how one recording format becomes traces; and what is said of a source that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import Lack, Trace

Record: TypeAlias = tuple[int | None, JSON]
"""One JSON value of a source with its line (from 1); None where the source is one document of many lines."""

Brief: TypeAlias = Callable[[bytes], "bytes | None"]

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


Recording: TypeAlias = Trace | Problem
"""What reading a source yields: a session, or something that could not be read."""

Read: TypeAlias = Callable[[Iterable[Record], str], Iterator[Recording]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One recording format. ``name`` is what ``--input-format`` takes; ``versions`` are those it was tried with.

    ``sniff`` says of a source's first records whether they are of this format and no other. ``read`` turns the
    records of one source, whose name is its second argument, into sessions as they are completed, whatever the JSON:
    it never raises. ``lacks`` names what the format can never show; a session may lack more.

    ``lines`` makes, for one source, what is asked of each line before it is parsed: it returns what stands for the
    line, shortened where nothing that matters is lost, or None when nothing in it could matter. ``heads`` says of a
    source's very first record that its lines may be shortened so from the start.
    """

    name: str
    title: str
    sniff: Sniff
    read: Read
    versions: tuple[str, ...] = ()
    lacks: frozenset[Lack] = frozenset()
    lines: Callable[[], Brief] | None = None
    heads: Callable[[JSON], bool] | None = None
