"""Edits the text of a JSON configuration: what an edit does not name keeps every byte, comments included."""

from __future__ import annotations

import json
import re

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.edits import Drop, Edit, EditError, Exclude, Include, Put, Rename
from agentport_harness.setups.json_nodes import Node, read_tree
from agentport_harness.setups.source import Key

_INDENT = re.compile(r"^([ \t]+)\S", re.MULTILINE)
_TAIL = re.compile(r"[ \t]*(?:/\*(?:(?!\*/)[^\n])*\*/[ \t]*)*(?://[^\n]*)?(?=\r?\n)")
"""What may follow a value on its line and belongs to it: blanks and comments up to the end of the line."""


def edit_json(text: str, edit: Edit) -> str:
    """The text with one edit made. Raises `EditError` where it does not fit, `FlawError` for a text that is no JSON."""
    if not text.strip("\ufeff \t\r\n"):
        text = "{}\n"
    root = read_tree(text).root
    table, rest = _reached(root, edit.key)
    match edit:
        case Put():
            return _put(text, table, rest, edit.value)
        case Include():
            held = _held(table, rest[0]) if len(rest) == 1 else None
            if held is None:
                return _put(text, table, rest, [edit.text])
            if held.kind != "array":
                raise EditError(f"{rest[0]} is no list")
            present = any(member.plain == edit.text for member in held.members)
            return text if present else _insert(text, held, json.dumps(edit.text, ensure_ascii=False))
        case Drop() if len(rest) == 1 and rest[0] in table.names:
            return _without(text, table, table.names.index(rest[0]))
        case Rename() if len(rest) == 1 and rest[0] in table.names and edit.name not in table.names:
            start, end = table.spans[table.names.index(rest[0])]
            return text[:start] + json.dumps(edit.name, ensure_ascii=False) + text[end:]
        case Exclude() if len(rest) == 1 and (held := _held(table, rest[0])) is not None and held.kind == "array":
            for number in range(len(held.members) - 1, -1, -1):
                if held.members[number].plain == edit.text:
                    return edit_json(_without(text, held, number), edit)
            return text
    raise EditError(f"there is no {'.'.join(edit.key)}")


def _held(table: Node, name: str) -> Node | None:
    return table.members[len(table.names) - 1 - table.names[::-1].index(name)] if name in table.names else None


def _reached(root: Node, key: Key) -> tuple[Node, Key]:
    """The innermost table that is there on the way to ``key``, and the names that are left."""
    table, rest = root, key
    while len(rest) > 1 and (member := _held(table, rest[0])) is not None and member.kind == "object":
        table, rest = member, rest[1:]
    if table.kind != "object" or (len(rest) > 1 and rest[0] in table.names):
        raise EditError(f"{'.'.join(key[: len(key) - len(rest) + 1])} is no table")
    return table, rest


def _put(text: str, table: Node, rest: Key, value: JSON) -> str:
    name, *inner = rest
    for each in reversed(inner):
        value = {each: value}
    margin = _margin(text, table)
    multiline = "\n" in text[table.start : table.end] or not table.members
    told = _written(value, text, margin if multiline else None)
    if (member := _held(table, name)) is not None:
        return text[: member.start] + told + text[member.end :]
    return _insert(text, table, f"{json.dumps(name, ensure_ascii=False)}: {told}")


def _written(value: JSON, text: str, margin: str | None) -> str:
    """A value as the text around it is written: with its indentation, or on one line."""
    if margin is None or not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    told = json.dumps(value, ensure_ascii=False, indent=_indent(text))
    return told.replace("\n", f"{_newline(text)}{margin}")


def _insert(text: str, container: Node, told: str) -> str:
    """The container with one member more at its end."""
    if not container.members:
        if container.kind == "array" or "\n" in text[container.start : container.end]:
            return _insert_alone(text, container, told)
        base = _margin_at(text, container.start)
        inside, newline = text[container.start + 1 : container.end - 1], _newline(text)
        filling = f"{inside.rstrip()}{newline}{base}{_indent(text)}{told}{newline}{base}"
        return text[: container.start + 1] + filling + text[container.end - 1 :]
    last = container.members[-1]
    closing = container.end - 1
    comma = _comma_after(text, last.end, closing)
    after = last.end if comma < 0 else comma + 1
    head = text[: last.end] + ("," if comma < 0 else "") + text[last.end : after]
    if "\n" not in text[container.start : container.members[0].start]:
        return f"{head} {told}{text[after:]}"
    tail = _TAIL.match(text, after, closing + 1)
    here = tail.end() if tail else after
    added = f"{_newline(text)}{_margin(text, container)}{told}{',' if comma >= 0 else ''}"
    rest = text[here:]
    if not tail:  # the closing bracket stands on the last member's line
        added += f"{_newline(text)}{_margin_at(text, container.start)}"
        rest = rest.lstrip(" \t")
    return f"{head}{text[after:here]}{added}{rest}"


def _insert_alone(text: str, container: Node, told: str) -> str:
    """The first member of a container that is empty or holds comments alone."""
    closing = container.end - 1
    if "\n" not in text[container.start : container.end]:
        return f"{text[:closing]}{told}{text[closing:]}"
    begin = text.rfind("\n", 0, closing) + 1
    begin -= text[begin - 2 : begin] == "\r\n"
    margin = _margin_at(text, container.start)
    before = text[: begin - 1] if not text[begin:closing].strip() else text[:closing]
    newline = _newline(text)
    return f"{before}{newline}{margin}{_indent(text)}{told}{newline}{margin}{text[closing:]}"


def _without(text: str, container: Node, number: int) -> str:
    """The container without one member; its line goes when nothing else stands there."""
    start = container.spans[number][0] if container.kind == "object" else container.members[number].start
    end = container.members[number].end
    closing = container.end - 1
    comma = _comma_after(text, end, closing)
    if comma >= 0 and not text[end:comma].strip():
        end = comma + 1
    elif comma >= 0:  # a comment stands before the comma, and stays
        text = text[:comma] + text[comma + 1 :]
    elif number:
        before = _comma_after(text, container.members[number - 1].end, start)
        text = text[:before] + text[before + 1 :]
        start, end = start - 1, end - 1
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    alone = stop >= 0 and not text[line:start].strip() and not text[end:stop].strip()
    if alone:
        return text[:line] + text[stop + 1 :]
    while text[end : end + 1] in (" ", "\t") and text[start - 1 : start] in (" ", "\t", "{", "["):
        end += 1
    return text[:start] + text[end:]


def _comma_after(text: str, start: int, stop: int) -> int:
    """Where the comma after a member stands, comments passed over; -1 when there is none."""
    at = start
    while at < stop:
        if text.startswith("//", at):
            at = text.find("\n", at)
        elif text.startswith("/*", at):
            at = text.find("*/", at) + 2
        elif text[at] == ",":
            return at
        else:
            at += 1
    return -1


def _margin(text: str, container: Node) -> str:
    """The indentation of the container's members."""
    first = container.spans[0][0] if container.kind == "object" and container.spans else -1
    if container.kind == "array" and container.members:
        first = container.members[0].start
    if first >= 0 and "\n" in text[container.start : first]:
        return _margin_at(text, first)
    return _margin_at(text, container.start) + _indent(text)


def _margin_at(text: str, at: int) -> str:
    """The blanks that the line of ``at`` begins with."""
    line = text.rfind("\n", 0, at) + 1
    return text[line : line + len(text[line:at]) - len(text[line:at].lstrip(" \t"))]


def _indent(text: str) -> str:
    """One level of the text's indentation: that of its first indented line."""
    found = _INDENT.search(text)
    return found.group(1) if found else "  "


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
