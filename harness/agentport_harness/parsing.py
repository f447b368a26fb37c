"""From bytes to JSON values, whoever wrote them: strict and fast first, lenient where a real client needs it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import yaml

from agentport_harness.core.json_values import JSON

DEEPEST_YAML = 100
_BOMS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
_UTF8_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class UnparsableError(ValueError):
    """Bytes that are no JSON or YAML. ``line`` counts from 1 within them, ``slug`` is the kind of problem."""

    def __init__(self, message: str, *, line: int = 1, slug: str = "not-json") -> None:
        super().__init__(message)
        self.line = line
        self.slug = slug


def unlike_text(head: bytes) -> str:
    """Why the beginning of a source cannot be UTF-8 text, empty when it can."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return f"Expected UTF-8, got {name}"
    return "Expected text, got binary data" if _CONTROL.search(head[:4096]) else ""


def parse_json(data: bytes) -> JSON:
    """The JSON value of ``data``. Raises `UnparsableError`.

    Beyond the standard: ``NaN`` and infinities are read as null (Python writes them), half surrogate pairs as
    replacement characters (JavaScript writes them), and a byte order mark is passed over.
    """
    try:
        value: JSON = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _lenient(data)
    return value


def _lenient(data: bytes) -> JSON:
    try:
        text = data.removeprefix(_UTF8_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"Expected UTF-8, got the byte 0x{data[error.start]:02x} in column {error.start + 1}"
        raise UnparsableError(message, line=data.count(b"\n", 0, error.start) + 1, slug="not-utf8") from error
    try:
        value: JSON = json.loads(text, parse_constant=lambda _: None)
        if _SURROGATE.search(data):
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        near = text[error.pos : error.pos + 20].split("\n", 1)[0]
        got = f"{near!r}" if near else "its end"
        raise UnparsableError(
            f"Expected JSON, got {got} in column {error.colno} ({error.msg})", line=error.lineno
        ) from error
    except RecursionError as error:
        raise UnparsableError("nested too deep to read", slug="too-deep") from error
    except ValueError as error:
        raise UnparsableError("Expected JSON, got a number too long to read", slug="bad-number") from error
    return value


class _Loader(yaml.CSafeLoader):
    """Plain YAML without timestamps: a date stays the text that it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def parse_yaml(data: bytes) -> list[JSON]:
    """The documents of ``data``. Raises `UnparsableError`, also for aliases: a few can expand without end."""
    try:
        text = data.decode("utf-8-sig")
        _check(text)
        return [_plain(document) for document in yaml.load_all(text, Loader=_Loader)]
    except UnicodeDecodeError as error:
        message = f"Expected UTF-8, got the byte 0x{data[error.start]:02x}"
        raise UnparsableError(message, line=data.count(b"\n", 0, error.start) + 1, slug="not-utf8") from error
    except yaml.MarkedYAMLError as error:
        line = mark.line + 1 if (mark := error.problem_mark) else 1
        raise UnparsableError(f"Expected YAML: {error.problem}", line=line, slug="not-yaml") from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, UnparsableError):
            raise
        raise UnparsableError(f"Expected YAML: {error}", slug="not-yaml") from error


def _check(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise UnparsableError("Expected plain YAML, got an alias (*name)", line=line, slug="not-yaml")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST_YAML:
            raise UnparsableError("nested too deep to read", line=line, slug="too-deep")


def _plain(value: Any) -> JSON:
    """What YAML loads, as JSON has it: keys are strings; anything that JSON has no word for is written out."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)

_KEY = re.compile(rb"\s*:")


def lines_of(data: bytes) -> dict[str, int]:
    """The lines of a JSON document's objects, arrays and texts in objects, by JSON pointer. ``data`` must be valid."""
    found: dict[str, int] = {}
    path: list[str] = []
    within: list[bool] = []
    key, line, at = "", 1, 0
    for token in _TOKENS.finditer(data):
        mark = data[token.start()]
        line, at = line + data.count(b"\n", at, token.start()), token.start()
        if mark in b"{[":
            pointer = f"{path[-1]}/{key}" if path else ""
            found[pointer] = line
            path.append(pointer)
            within.append(mark == ord("{"))
            key = "0"
        elif mark in b"}]":
            key = path.pop().rpartition("/")[2]
            within.pop()
        elif mark == ord(",") and not within[-1]:
            key = str(int(key) + 1)
        elif mark == ord('"') and within[-1]:
            if not _KEY.match(data, token.end()):
                found[f"{path[-1]}/{key}"] = line
                continue
            key = json.loads(token.group()).replace("~", "~0").replace("/", "~1")
    return found


def has_values(lines: Iterable[bytes]) -> bool:
    """Whether any of the lines is a JSON object or array by itself."""
    for line in lines:
        if line.strip()[:1] in (b"{", b"["):
            try:
                parse_json(line)
            except UnparsableError:
                continue
            return True
    return False
