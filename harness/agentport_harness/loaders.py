"""The one reader of recordings: from paths to sessions, in constant memory, one bad file never stopping the others.

A source is lines of JSON, or one JSON or YAML document. Its format is found by showing its first records to every
importer; none or several that take it is a named problem, never a guess.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path

from agentport_harness import importers
from agentport_harness.core.discovery import members
from agentport_harness.core.errors import InputError
from agentport_harness.core.importer import Importer, Problem, Record, Recording
from agentport_harness.core.trace import Event, Trace
from agentport_harness.parsing import lines_of
from agentport_harness.records import Records
from agentport_harness.sources import UNREADABLE, Source, find, opened, problem

_SNIFFED = 64
"""Records of a source that importers are shown."""


def recordings(paths: Iterable[str | Path], input_format: str = "auto") -> Iterator[Recording]:
    """Every session of ``paths`` (files, folders, globs, ``-`` for stdin), and every problem met, in order.

    ``input_format`` is an importer's name, or ``auto`` to find it by each source's first records. Raises
    `InputError` for an unknown name, and for nothing else.
    """
    chosen = chosen_formats(input_format)
    for found in find(paths):
        if isinstance(found, Problem):
            yield found
        else:
            yield from _read(found, chosen)


@cache
def available() -> tuple[Importer, ...]:
    """Every recording format, by name."""
    return tuple(sorted(members(importers, Importer), key=lambda importer: importer.name))


def sessions_of(source: Source, input_format: str = "auto", *, glance: bool = False) -> Iterator[Recording]:
    """Every session of one source, and every problem met, in order. Raises as `recordings` does.

    With ``glance`` sessions may come without what cannot concern the gateway, and say so; then, and only then, it
    raises `LookCloserError` where that is not enough.
    """
    yield from _read(source, chosen_formats(input_format), glance=glance)


def chosen_formats(input_format: str) -> tuple[Importer, ...]:
    """The importers to try for that name. Raises `InputError` for an unknown one."""
    every = available()
    if input_format == "auto":
        return every
    chosen = tuple(importer for importer in every if importer.name == input_format)
    if not chosen:
        names = ", ".join(importer.name for importer in every)
        raise InputError("unknown-format", f"no such input format: {input_format!r}", hint=f"auto, or one of {names}")
    return chosen


def _read(source: Source, chosen: Sequence[Importer], *, glance: bool = False) -> Iterator[Recording]:
    records = Records(source)
    records.glance = glance
    size = _size(source)
    try:
        with opened(source) as stream:
            lost = list[int]()
            for session in _sessions(records, records.of(stream), chosen):
                for met in records.drained():
                    lost += [met.line] if met.line else []
                    yield met if size == _size(source) else _softened(met)
                yield session if isinstance(session, Problem) else _with_gaps(session, lost)
    except UNREADABLE as error:
        records.problems.append(problem(source, error))
    if size != _size(source):
        message, hint = (
            "the file grew while it was read; what came after this line was left",
            "judge it again at its end",
        )
        records.problems = [_softened(found) for found in records.problems]
        records.complain("grows", message, records.last_line, hint=hint, severity="warning")
    yield from records.drained()


def _with_gaps(trace: Trace, lost: Sequence[int]) -> Trace:
    """The trace; with a word on the lines among its own that could not be read, for what they held is not judged."""
    lines = [event.place.line for event in trace.events if event.place.line] if lost else []
    within = [line for line in lost if lines and min(lines) < line < max(lines)]
    if not within:
        return trace
    many = f"{len(within)} lines" if len(within) > 1 else "1 line"
    said = f"{many} of it could not be read, first line {within[0]}: the verdicts are of the rest"
    return replace(trace, warnings=(*trace.warnings, said))


def _size(source: Source) -> int:
    """The size of an ordinary file, else 0."""
    try:
        about = source.path.stat() if source.path else None
    except OSError:
        return 0
    return about.st_size if about and stat.S_ISREG(about.st_mode) else 0


def _softened(found: Problem) -> Problem:
    """The problem; a last line that is still being written is none of the file's."""
    return replace(found, severity="warning") if found.slug == "cut-off" else found


def _in_lines(trace: Trace, document: bytes) -> Trace:
    """The trace with the lines in which its events stand in the document."""
    lines = _lines_of(document)

    def placed(event: Event) -> Event:
        pointer = event.place.pointer
        if event.place.line is not None or event.place.path != trace.source:
            return event
        while pointer not in lines:
            pointer = pointer.rpartition("/")[0]
        return replace(event, place=replace(event.place, line=lines[pointer]))

    return replace(trace, events=tuple(placed(event) for event in trace.events))


@lru_cache(maxsize=1)
def _lines_of(document: bytes) -> dict[str, int]:
    return lines_of(document)


def _listed(record: Record) -> list[Record]:
    """The records of a stream that somebody wrote as one array, counted from 1 in place of lines."""
    line, value = record
    return list(enumerate(value, start=1)) if line is None and isinstance(value, list) else []


def _listed_sessions(records: Records, inner: list[Record], chosen: Sequence[Importer]) -> Iterator[Recording]:
    document, records.document = records.document, None

    def placed(event: Event) -> Event:
        place = event.place
        if place.line is None or place.path != records.source.name:
            return event
        return replace(event, place=replace(place, line=None, pointer=f"/{place.line - 1}{place.pointer}"))

    for session in _sessions(records, iter(inner), chosen):
        if isinstance(session, Problem):
            yield session
        else:
            pointed = replace(session, events=tuple(map(placed, session.events)))
            yield pointed if document is None else _in_lines(pointed, document)


def _sessions(records: Records, values: Iterator[Record], chosen: Sequence[Importer]) -> Iterator[Recording]:
    source = records.source
    first = list(islice(values, 1))
    sure = next((one for one in chosen if first and one.heads and one.heads(first[0][1])), None)
    if sure is not None:
        records.take(sure)
    first += islice(values, _SNIFFED - 1)
    if sure is not None and not _strangers(first, sure):
        yield from _taken(records, sure, first, values)
        return
    if not first:
        if not records.problems:
            records.complain("empty", "holds no value", hint="record again")
        return
    shown = [value for _, value in first]
    takers = [importer for importer in chosen if importer.sniff(shown)]
    if len(chosen) == 1:
        takers = list(chosen)
    if not takers and len(first) == 1 and (inner := _listed(first[0])):
        yield from _listed_sessions(records, inner, chosen)
        return
    if len(takers) == 1:
        yield from _taken(records, takers[0], first, values)
        return
    records.problems.clear()
    names = ", ".join(importer.name for importer in takers or chosen)
    stranger = source.walked and not takers  # a folder holds other things than recordings
    tried = "unknown format" if stranger else f"unknown format; tried {names}"
    yield Problem(
        path=source.name,
        slug="ambiguous-format" if takers else "unknown-format",
        message=f"could be any of {names}" if takers else tried,
        hint="name the format with --input-format",
        severity="warning" if stranger else "error",
    )


def _strangers(first: Sequence[Record], sure: Importer) -> bool:
    """Whether any of the records is of another shape than those of a format that is sure of the first one."""
    shapes = {tuple(value) if isinstance(value, dict) else (): value for _, value in first}
    return not all(sure.sniff((value,)) for value in shapes.values())


def _taken(records: Records, taker: Importer, first: Sequence[Record], values: Iterator[Record]) -> Iterator[Recording]:
    """The sessions of a source whose format was found."""
    if records.taker is not taker:
        records.take(taker)
    for session in taker.read(chain(first, values), records.source.name):
        if isinstance(session, Problem):
            yield session
        elif records.document is not None:
            yield _in_lines(session, records.document)
        else:
            yield replace(session, glanced=True) if records.glanced else session
