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
from agentport_harness.setups.toml_source import written_keys

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def edit_toml(text: str, edit: Edit) -> str:
    """The text with one edit made. Raises `EditError` where it does not fit."""
    if isinstance(edit, Rename):
        return _renamed(text, edit)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        document = tomlkit.parse(text.removeprefix(mark))
        _change(document, edit)
        return mark + tomlkit.dumps(document)
    except (TOMLKitError, RecursionError, IndexError) as error:
        raise EditError(f"{'.'.join(edit.key)} cannot be edited: {type(error).__name__}") from None


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


def _change(document: Any, edit: Edit) -> None:
    table, rest = document, edit.key
    while len(rest) > 1 and rest[0] in table:
        table, rest = table[rest[0]], rest[1:]
        if not hasattr(table, "keys"):
            raise EditError(f"{rest[0]} stands in no table")
    match edit:
        case Put():
            _put(table, rest, edit.value)
        case Include():
            if len(rest) == 1 and rest[0] in table:
                if edit.text not in table[rest[0]]:
                    table[rest[0]].append(edit.text)
            else:
                _put(table, rest, [edit.text])
        case Exclude() if len(rest) == 1 and rest[0] in table:
            while edit.text in table[rest[0]]:
                table[rest[0]].remove(edit.text)
        case Drop() if len(rest) == 1 and rest[0] in table:
            table.remove(rest[0])
        case _:
            raise EditError(f"there is no {'.'.join(edit.key)}")


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
