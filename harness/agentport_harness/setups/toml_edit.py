"""Edits the text of a TOML configuration: what an edit does not name keeps every byte, comments included."""

from __future__ import annotations

import json
import re
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.edits import Drop, Edit, EditError, Exclude, Include, Put, Rename
from agentport_harness.setups.source import Key
from agentport_harness.setups.toml_source import Written, written_keys

LARGEST = 1_000_000
"""Characters of a file that is edited: the library takes its time, and no configuration is that long."""
_BARE_END = re.compile(r"(?<!\r)\n")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def edit_toml(text: str, edit: Edit) -> str:
    """The text with one edit made. Raises `EditError` where it does not fit, or would move other lines."""
    if isinstance(edit, Rename):
        return _renamed(text, edit)
    if len(text) > LARGEST:
        raise EditError("the file is too large to be edited")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        document = tomlkit.parse(text.removeprefix(mark))
        is_new = _change(document, edit)
        after = mark + tomlkit.dumps(document)
    except (TOMLKitError, RecursionError, IndexError, TypeError, AttributeError) as error:
        raise EditError(f"{'.'.join(edit.key)} cannot be edited: {type(error).__name__}") from None
    if "\r\n" in text and not _BARE_END.search(text):
        after = _BARE_END.sub("\r\n", after)
    if not is_new or not _lost(text, after):
        return after
    # tables that stand apart from each other are brought together by the library; such a file gets a line by hand
    return _under_header(text, edit)


def _lost(before: str, after: str) -> bool:
    """Whether a line of ``before`` is no longer there, or no longer in its place."""
    rest = iter(after.splitlines())
    return not all(line in rest for line in before.splitlines() if line.strip())


def _under_header(text: str, edit: Edit) -> str:
    """The setting on a line of its own, right under the nearest header; under a new one where there is none."""
    if not isinstance(edit, Put | Include):
        raise EditError(f"{'.'.join(edit.key)} cannot be edited without moving other lines")
    above = [
        written for written in written_keys(text) if written.is_header and written.key == edit.key[: len(written.key)]
    ]
    header = max((written for written in above if len(written.key) < len(edit.key)), key=_depth, default=None)
    depth = len(header.key) if header is not None else 0
    value: JSON = edit.value if isinstance(edit, Put) else [edit.text]
    for name in reversed(edit.key[depth + 1 :] if header is not None else ()):
        value = {name: value}
    made = tomlkit.document()
    _put(made, edit.key[depth : depth + 1] if header is not None else edit.key, value)
    newline = "\r\n" if "\r\n" in text else "\n"
    told = tomlkit.dumps(made).strip().replace("\n", newline) + newline
    end = text.find("\n", header.spans[-1][1]) if header is not None else -1
    if end < 0:
        return f"{text.rstrip()}{newline}{told}"
    return f"{text[: end + 1]}{told}{text[end + 1 :]}"


def _depth(written: Written) -> int:
    return len(written.key)


def _renamed(text: str, edit: Rename) -> str:
    """Every place at which the key is written gets the new name, be it a header or a setting."""
    depth = len(edit.key)
    spans = []
    for written in written_keys(text):
        first = len(written.key) - len(written.spans)
        if written.key[:depth] == edit.key and first < depth:
            spans.append(written.spans[depth - 1 - first])
    if not spans:
        raise EditError(f"there is no {'.'.join(edit.key)}")
    name = edit.name if _BARE.fullmatch(edit.name) else json.dumps(edit.name)
    for start, end in reversed(spans):
        text = text[:start] + name + text[end:]
    return text


def _change(document: Any, edit: Edit) -> bool:
    """Make the edit; whether it only adds. Raises `EditError`."""
    table, rest = document, edit.key
    while len(rest) > 1 and rest[0] in table:
        table, rest = table[rest[0]], rest[1:]
        if not hasattr(table, "keys"):
            raise EditError(f"{edit.key[-len(rest) - 1]} is no table")
    held = table[rest[0]] if len(rest) == 1 and rest[0] in table else None
    match edit:
        case Put():
            _put(table, rest, edit.value)
        case Include() if held is None:
            _put(table, rest, [edit.text])
        case Include() if isinstance(held, list):
            if edit.text not in held:
                held.append(edit.text)
        case Exclude() if isinstance(held, list):
            while edit.text in held:
                held.remove(edit.text)
        case Drop() if held is not None:
            table.remove(rest[0])
        case _:
            raise EditError(f"there is no {'.'.join(edit.key)} to be edited so")
    return held is None


def _put(table: Any, rest: Key, value: JSON) -> None:
    """Sets a value; a table is written inline, and those on the way to it with headers of their own."""
    for number, name in enumerate(rest[:-1]):
        last = number == len(rest) - 2
        if isinstance(table, AbstractTable) and type(table).__name__ == "InlineTable":
            made: Any = tomlkit.inline_table()
        else:
            made = tomlkit.table(is_super_table=not last)
        table[name] = made
        table = table[name]
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        table[rest[-1]] = inline
    else:
        table[rest[-1]] = value
