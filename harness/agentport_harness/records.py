"""From the bytes of one source to its JSON values: lines of JSON, or one JSON or YAML document.

Memory is bounded by the longest line, or by the document. What cannot be parsed is named with its line, and the rest
is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import IO

from agentport_harness.core.importer import NOTHING, Importer, Problem, ReadLine, Record, Severity
from agentport_harness.parsing import UnparsableError, has_values, parse_json, parse_yaml, unlike_text
from agentport_harness.sources import UNREADABLE, Source, problem

LONGEST_LINE = 64 * 2**20
"""Bytes of one line; a longer one is a problem of its own and is passed over."""
LARGEST_DOCUMENT = 512 * 2**20
"""Bytes of a document that is not lines of JSON: it has to be held in memory."""
LARGEST_INDEXED = 16 * 2**20
"""Bytes of a document in which events are given their lines; in a larger one they have their JSON pointer only."""
_CHUNK = 2**16
"""Bytes read at once: so few are given the same memory again, and are read in a third of the time."""
_NAMED = 20
"""Unreadable lines of one source that are named; the others are counted."""
_TRIED = 64
"""Lines after which a source that held no JSON so far is given up."""
_YAML = re.compile(rb"(?:---|#|[A-Za-z_][\w-]*:(?:\s|$))")
_BOM = b"\xef\xbb\xbf"
_VALUES = (dict, list)
_SENT = re.compile(rb"(?:data|event|id|retry):|:")
"""How the lines of a stream of server-sent events begin."""


class Records:
    """The values of one source while it is read.

    ``problems`` are those met so far, ``document`` the one document of several lines that the source was, None for
    other sources. ``read_line`` reads one line, ``taker`` is the format once that is known, and ``glanced`` says that
    the lines are read at a glance, as was asked by ``glance``.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.document: bytes | None = None
        self.read_line: ReadLine = parse_json
        self.taker: Importer | None = None
        self.glance = self.glanced = False
        self.last_line = 0
        self._unended: int | None = None

    def take(self, taker: Importer) -> None:
        """The source is of this format: what is left of it is read as this says, at a glance where that is wanted."""
        self.taker = taker
        self.glanced = self.glance and taker.glance is not None
        if make := taker.glance if self.glance and taker.glance else taker.lines:
            self.read_line = make()

    def complain(
        self, slug: str, message: str, line: int | None = None, *, hint: str = "", severity: Severity = "error"
    ) -> None:
        """A problem was met."""
        path = self.source.name
        self.problems.append(Problem(path=path, slug=slug, message=message, line=line, hint=hint, severity=severity))

    def drained(self) -> Iterator[Problem]:
        """The problems met since the last time."""
        met, self.problems = self.problems, []
        yield from met

    def of(self, stream: IO[bytes]) -> Iterator[Record]:
        """The values that the stream holds, with their lines."""
        lines = self._lines(stream)
        head = next(((number, line) for number, line in lines if line is None or line.strip()), None)
        if head is None:
            if not self.problems:
                cut = " or was cut off when it was compressed" if self.source.name.endswith(".zst") else ""
                self.complain("empty", f"the file is empty{cut}", hint="record again")
            return
        number, line = head
        if line is not None and _SENT.match(line.removeprefix(_BOM)) and not self._is_yaml():
            yield from self._parsed(_data(chain([head], lines)))
        elif line is not None and (what := unlike_text(line)):
            self.complain(
                "not-text", what, number, hint="recordings are UTF-8 text, or that compressed by gzip or zstd"
            )
        elif line is None or not self._starts_document(line):
            yield from self._parsed(chain([head], lines))
        elif (held := _held(chain([head], lines))) is None:
            message = f"the document is larger than {LARGEST_DOCUMENT // 2**20} MiB"
            self.complain("too-large", message, number, hint="write one JSON value per line")
        else:
            yield from self._document(held)

    def _lines(self, stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
        """The lines of a stream with their ends, and their numbers; None in place of one too long to hold."""
        number, begun, size = 0, list[bytes](), 0
        try:
            for chunk in _chunks(stream):
                lines: list[bytes | None] = list(BytesIO(chunk))  # several times as fast as to split it
                rest = chunk[chunk.rfind(b"\n") + 1 :]
                if rest:
                    lines.pop()
                if lines and size:
                    lines[0] = self._joined(begun, size, chunk[: chunk.find(b"\n") + 1])
                    begun, size = [], 0
                for line in lines:
                    number += 1
                    yield number, line
                self.last_line = number
                size += len(rest)
                if size > LONGEST_LINE:
                    begun.clear()
                elif rest:
                    begun.append(rest)
            if size:
                self._unended = number + 1
                yield number + 1, self._joined(begun, size, b"")
        except UNREADABLE as error:
            self.problems.append(problem(self.source, error, number + 1))

    def _joined(self, begun: list[bytes], size: int, end: bytes) -> bytes | None:
        return b"".join([*begun, end]) if size + len(end) <= LONGEST_LINE else None

    def _starts_document(self, line: bytes) -> bool:
        """Whether the first line begins a document of several lines."""
        bare = line.removeprefix(_BOM).strip()
        if bare[:1] in (b"{", b"["):
            return bare[-1:] in (b"{", b"[", b",", b":")
        return self._is_yaml() or bool(_YAML.match(bare))

    def _is_yaml(self) -> bool:
        return self.source.name.endswith((".yaml", ".yml"))

    def _document(self, held: list[tuple[int, bytes]]) -> Iterator[Record]:
        """The one document that the lines make; or, where they make none, each line by itself."""
        first, data = held[0][0], b"".join(line for _, line in held)
        json_like = data.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")
        try:
            if json_like:
                value = parse_json(data)
                if len(data) <= LARGEST_INDEXED:
                    self.document = b"\n" * (first - 1) + data
                yield None, value
            else:
                for document in parse_yaml(data):
                    yield None, document
        except UnparsableError as error:
            if json_like and has_values(line for _, line in held[:_TRIED]):
                yield from self._parsed(iter(held))
                return
            line = first - 1 + error.line
            self.complain(error.slug, str(error), line, hint="the recording was cut off, or is no recording")

    def _parsed(self, lines: Iterator[tuple[int, bytes | None]]) -> Iterator[Record]:
        """Each line's value."""
        read = failed = 0
        for number, line in lines:
            if line is None:
                error = UnparsableError(f"the line is longer than {LONGEST_LINE // 2**20} MiB", slug="too-long")
            else:
                try:
                    value = self.read_line(line)
                except UnparsableError as raised:
                    if not line or line.isspace():
                        continue
                    error = raised
                else:
                    if value is NOTHING:
                        continue
                    if isinstance(value, _VALUES):
                        read += 1
                        yield number, value
                        continue
                    error = UnparsableError(f"Expected an object, got {str(value)[:20]!r}")
            failed += 1
            if failed <= _NAMED:
                self._unparsable(number, error)
            if failed == _TRIED and not read:
                break
        if not read and failed > 1:
            self.problems.clear()
            hint = "a recording is JSON, one value per line or one in all"
            self.complain("not-json", "none of its lines is JSON", hint=hint)
        elif failed > _NAMED:
            self.complain("not-json", f"{failed - _NAMED} further lines could not be read")

    def _unparsable(self, number: int, error: UnparsableError) -> None:
        slug, message = error.slug, str(error)
        if slug == "not-json" and number == self._unended:
            slug, message = "cut-off", "the last line is cut off"
        self.complain(slug, message, number, hint="every line that could be read was judged")


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """What the stream holds, as it comes: a pipe's lines are there before the pipe is full."""
    read = getattr(stream, "read1", stream.read)
    while chunk := read(_CHUNK):
        yield chunk


def _data(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[tuple[int, bytes | None]]:
    """What server-sent events carry, each on one line; their names, ids and comments say nothing more."""
    for number, line in lines:
        if line is None:
            yield number, None
            continue
        name, colon, value = line.removeprefix(_BOM).rstrip(b"\r\n").partition(b":")
        if name == b"data" and colon and value.strip() != b"[DONE]":
            yield number, value
        elif name and name not in (b"event", b"id", b"retry", b"data"):
            yield number, line


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
