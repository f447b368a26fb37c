"""Reads TOML with the line of every key, and where each part of a key is written."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.source import Flaw, Key, Source

_AT = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)$")
_SKIPPED = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_PART = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|("(?:[^"\\\n]|\\.)*+")|'([^'\n]*)')[ \t]*""")
_TEXTS = re.compile(
    "|".join(
        (
            r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}',
            r"'''(?:[^']|'(?!''))*+'{3,5}",
            r'"(?:[^"\\\n]|\\.)*+"',
            r"'[^'\n]*'",
        )
    ),
    re.DOTALL,
)
_HELD = re.compile(r"[^\"'\[\]{},#\n]++")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One place at which a key is written: its whole way from the top, and the spans of the parts that stand there."""

    key: Key
    spans: tuple[tuple[int, int], ...]
    is_header: bool = False


def toml_source(text: str) -> Source:
    """The text as a value with lines."""
    try:
        value: JSON = _plain(tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n")))
    except tomllib.TOMLDecodeError as error:
        return Source(flaw=_flaw(str(error), text))
    except (RecursionError, ValueError):
        return Source(flaw=Flaw(line=1, message="a value that cannot be read", expected="TOML"))
    breaks = [found.start() for found in re.finditer("\n", text)]
    lines: dict[Key, int] = {(): 1}
    for written in written_keys(text):
        first = len(written.key) - len(written.spans)
        line = bisect_left(breaks, written.spans[-1][0]) + 1
        for length in range(first + 1, len(written.key) + 1):
            lines.setdefault(written.key[:length], line)
    return Source(value=value, lines=lines)


def _flaw(message: str, text: str) -> Flaw:
    found = _AT.search(message)
    line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
    # what stands there is left out of the words: it may be a key that lacks its quotes
    return Flaw(line=line, message=_AT.sub("", message).split(": ")[0], expected="TOML")


def _plain(value: Any) -> JSON:
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return value if isinstance(value, bool | int | float | str) else str(value)


def written_keys(text: str) -> Iterator[Written]:
    """Every key of a text that is TOML, in order: table headers, settings, and what inline tables hold."""
    header: Key = ()
    lists: dict[Key, int] = {}
    at = 1 if text.startswith("\ufeff") else 0
    while True:
        found = _SKIPPED.match(text, at)
        at = found.end() if found else at
        if at >= len(text):
            return
        if text[at] == "[":
            double = text.startswith("[[", at)
            parts, spans, at = _parts(text, at + 1 + double)
            header = parts
            if double:
                number = lists[parts] = lists.get(parts, -1) + 1
                header = (*parts, str(number))
            at += 1 + double
            yield Written(key=parts, spans=spans, is_header=not double)
        else:
            parts, spans, at = _parts(text, at)
            yield Written(key=header + parts, spans=spans)
            at = yield from _value(text, at + 1, header + parts)


def _parts(text: str, at: int) -> tuple[Key, tuple[tuple[int, int], ...], int]:
    """The parts of a key with their spans, and where it ends."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    while (found := _PART.match(text, at)) is not None:
        number = found.lastindex or 1
        part = found.group(number)
        parts.append(tomllib.loads(f"k={part}")["k"] if number == 2 else part)
        begin, end = found.span(number)
        spans.append((begin - (number == 3), end + (number == 3)))
        at = found.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    return tuple(parts), tuple(spans), at


def _value(text: str, at: int, key: Key) -> Generator[Written, None, int]:
    """Passes over a value and returns where it ends; of inline tables in it the keys are told."""
    open_: list[str] = []
    while at < len(text):
        character = text[at]
        if (found := _TEXTS.match(text, at)) is not None or (found := _HELD.match(text, at)) is not None:
            at = found.end()
        elif character in "[{":
            open_.append(character)
            at += 1
            if character == "{" and open_ == ["{"]:
                at = yield from _inner(text, at, key)
        elif character in "]}":
            open_.pop()
            at += 1
        elif character == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif character == "\n" and not open_:
            return at
        elif character == "," and open_ == ["{"]:
            at = yield from _inner(text, at + 1, key)
        else:
            at += 1
    return at


def _inner(text: str, at: int, key: Key) -> Generator[Written, None, int]:
    """Tells a key of an inline table where one begins here, and returns where its value begins."""
    found = _SKIPPED.match(text, at)
    at = found.end() if found else at
    parts, spans, end = _parts(text, at)
    if parts and text[end : end + 1] == "=":
        yield Written(key=key + parts, spans=spans)
        return end + 1
    return at
