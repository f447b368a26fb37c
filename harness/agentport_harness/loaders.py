"""The one reader of recordings: from paths to sessions, in constant memory, one bad file never stopping the others.

A source is lines of JSON, or one JSON or YAML document. Its format is found by showing its first records to every
importer; none or several that take it is a named problem, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import IO

from agentport_harness import importers
from agentport_harness.core.discovery import members
from agentport_harness.core.errors import InputError
from agentport_harness.core.importer import Importer, Problem, Record, Recording
from agentport_harness.core.trace import Event, Trace
from agentport_harness.parsing import UnparsableError, has_values, lines_of, parse_json, parse_yaml, unlike_text
from agentport_harness.sources import UNREADABLE, Source, find, opened, problem

LONGEST_LINE = 64 * 2**20
"""Bytes of one line; a longer one is a problem of its own and is passed over."""
LARGEST_DOCUMENT = 512 * 2**20
"""Bytes of a document that is not lines of JSON: it has to be held in memory."""
LARGEST_INDEXED = 16 * 2**20
"""Bytes of a document in which events are given their lines; in a larger one they have their JSON pointer only."""
_SNIFFED = 64
"""Records of a source that importers are shown."""
_NAMED = 20
"""Unreadable lines of one source that are named; the others are counted."""
_YAML = re.compile(rb"(?:---|#|[A-Za-z_][\w-]*:(?:\s|$))")


def recordings(paths: Iterable[str | Path], input_format: str = "auto") -> Iterator[Recording]:
    """Every session of ``paths`` (files, folders, globs, ``-`` for stdin), and every problem met, in order.

    ``input_format`` is an importer's name, or ``auto`` to find it by each source's first records. Raises
    `InputError` for an unknown name, and for nothing else.
    """
    chosen = _chosen(input_format)
    for found in find(paths):
        if isinstance(found, Problem):
            yield found
        else:
            yield from _read(found, chosen)


@cache
def available() -> tuple[Importer, ...]:
    """Every recording format, by name."""
    return tuple(sorted(members(importers, Importer), key=lambda importer: importer.name))


def _chosen(input_format: str) -> tuple[Importer, ...]:
    every = available()
    if input_format == "auto":
        return every
    chosen = tuple(importer for importer in every if importer.name == input_format)
    if not chosen:
        names = ", ".join(importer.name for importer in every)
        raise InputError("unknown-format", f"no such input format: {input_format!r}", hint=f"auto, or one of {names}")
    return chosen


def _read(source: Source, chosen: Sequence[Importer]) -> Iterator[Recording]:
    problems: list[Problem] = []
    try:
        with opened(source) as stream:
            documents: list[bytes] = []
            records = _records(source, stream, problems, documents)
            for session in _sessions(source, records, chosen, problems):
                yield from _drained(problems)
                yield session if not documents or isinstance(session, Problem) else _in_lines(session, documents[0])
    except UNREADABLE as error:
        problems.append(problem(source, error))
    yield from _drained(problems)


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


def _drained(problems: list[Problem]) -> Iterator[Problem]:
    while problems:
        yield problems.pop(0)


def _sessions(
    source: Source, records: Iterator[Record], chosen: Sequence[Importer], problems: list[Problem]
) -> Iterator[Recording]:
    first = list(_first(records))
    if not first:
        if not problems:
            problems.append(Problem(path=source.name, slug="empty", message="holds no value", hint="record again"))
        return
    takers = [importer for importer in chosen if importer.sniff([value for _, value in first])]
    if len(chosen) == 1:
        takers = list(chosen)
    if len(takers) == 1:
        yield from takers[0].read(chain(first, records), source.name)
        return
    problems.clear()
    names = ", ".join(importer.name for importer in takers or chosen)
    yield Problem(
        path=source.name,
        slug="ambiguous-format" if takers else "unknown-format",
        message=f"could be any of {names}" if takers else f"unknown format; tried {names}",
        hint="name the format with --input-format",
        severity="warning" if source.walked and not takers else "error",
    )


def _first(records: Iterator[Record]) -> Iterator[Record]:
    for count, record in enumerate(records, start=1):
        yield record
        if count == _SNIFFED:
            return


def _records(source: Source, stream: IO[bytes], problems: list[Problem], documents: list[bytes]) -> Iterator[Record]:
    """The JSON values of a source with their lines; what cannot be parsed goes to ``problems``.

    The one document of many lines that a source is goes to ``documents``, so that events can be given their lines.
    """
    lines = _lines(source, stream, problems)
    head = next(((number, line) for number, line in lines if line is None or line.strip()), None)
    if head is None:
        if not problems:
            problems.append(Problem(path=source.name, slug="empty", message="the file is empty", hint="record again"))
        return
    number, line = head
    if line is not None and (what := unlike_text(line)):
        hint = "recordings are UTF-8 text, or that compressed by gzip or zstd"
        problems.append(Problem(path=source.name, slug="not-text", message=what, line=number, hint=hint))
    elif line is None or not _starts_document(source, line):
        yield from _parsed_lines(source, chain([head], lines), problems)
    elif (held := _held(chain([head], lines))) is None:
        message = f"the document is larger than {LARGEST_DOCUMENT // 2**20} MiB"
        hint = "write one JSON value per line"
        problems.append(Problem(path=source.name, slug="too-large", message=message, line=number, hint=hint))
    else:
        yield from _document(source, held, problems, documents)


def _starts_document(source: Source, line: bytes) -> bool:
    """Whether the first line begins a document of several lines."""
    bare = line.removeprefix(b"\xef\xbb\xbf").strip()
    if bare[:1] in (b"{", b"["):
        return bare[-1:] in (b"{", b"[", b",", b":")
    return source.name.endswith((".yaml", ".yml")) or bool(_YAML.match(bare))


def _held(lines: Iterator[tuple[int, bytes | None]]) -> list[tuple[int, bytes]] | None:
    """The rest of a source in memory, None when it is too large."""
    held: list[tuple[int, bytes]] = []
    size = 0
    for number, line in lines:
        size += LARGEST_DOCUMENT if line is None else len(line)
        if line is None or size > LARGEST_DOCUMENT:
            return None
        held.append((number, line))
    return held


def _document(
    source: Source, held: list[tuple[int, bytes]], problems: list[Problem], documents: list[bytes]
) -> Iterator[Record]:
    """The one document that the lines make; or, where they make none, each line by itself."""
    first, data = held[0][0], b"".join(line for _, line in held)
    json_like = data.lstrip()[:1] in (b"{", b"[", b"\xef")
    try:
        if json_like:
            value = parse_json(data)
            if len(data) <= LARGEST_INDEXED:
                documents.append(b"\n" * (first - 1) + data)
            yield None, value
        else:
            for document in parse_yaml(data):
                yield None, document
    except UnparsableError as error:
        if json_like and has_values(line for _, line in held[:_SNIFFED]):
            yield from _parsed_lines(source, iter(held), problems)
            return
        hint = "the recording was cut off, or is no recording"
        problems.append(
            Problem(path=source.name, slug=error.slug, message=str(error), line=first - 1 + error.line, hint=hint)
        )


def _parsed_lines(
    source: Source, lines: Iterator[tuple[int, bytes | None]], problems: list[Problem]
) -> Iterator[Record]:
    read = failed = 0
    for number, line in lines:
        if line is not None and line.isspace():
            continue
        try:
            if line is None:
                raise UnparsableError(f"the line is longer than {LONGEST_LINE // 2**20} MiB", slug="too-long")
            value = parse_json(line)
            if not isinstance(value, dict | list):
                raise UnparsableError(f"Expected an object, got {str(value)[:20]!r}")
        except UnparsableError as error:
            failed += 1
            cut_off = line is not None and error.slug == "not-json" and not line.endswith(b"\n")
            slug, message = ("cut-off", "the last line is cut off") if cut_off else (error.slug, str(error))
            hint = "every line that could be read was judged"
            if failed <= _NAMED:
                problems.append(Problem(path=source.name, slug=slug, message=message, line=number, hint=hint))
            if failed == _SNIFFED and not read:
                break
            continue
        read += 1
        yield number, value
    if not read and failed > 1:
        problems.clear()
        hint = "a recording is JSON, one value per line or one in all"
        problems.append(Problem(path=source.name, slug="not-json", message="none of its lines is JSON", hint=hint))
    elif failed > _NAMED:
        message = f"{failed - _NAMED} further lines could not be read"
        problems.append(Problem(path=source.name, slug="not-json", message=message))


def _lines(source: Source, stream: IO[bytes], problems: list[Problem]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a stream with their numbers; None in place of one that is too long to hold."""
    number = 0
    try:
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
                yield number, line
                continue
            while (more := stream.readline(2**20)) and not more.endswith(b"\n"):
                pass
            yield number, None
    except UNREADABLE as error:
        problems.append(problem(source, error, number + 1))
