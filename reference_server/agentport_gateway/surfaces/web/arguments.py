"""A call's arguments as a page shows them: each value in full, long ones folded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_FOLD_CHARACTERS = 600
_FOLD_LINES = 12
_FIRST = 160
_MOST_VALUES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value: its kind in words, its text or its members; `beginning` is what a folded text shows of itself."""

    kind: str
    text: str = ""
    members: tuple[tuple[str, Shown], ...] = ()
    beginning: str | None = None
    size: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it holds further values."""
        return bool(self.members)


def shown_arguments(arguments: str) -> Shown:
    """The arguments of a request. So many values that no page could hold them are shown as JSON text."""
    value = json.loads(arguments)
    if _count(value) > _MOST_VALUES:
        return folded(json.dumps(value, ensure_ascii=False, indent=1), kind="JSON")
    return _shown(value)


def _shown(value: Any) -> Shown:
    match value:
        case str():
            return folded(value)
        case bool() | None:
            return Shown(kind="value", text=json.dumps(value))
        case int() | float():
            return Shown(kind="number", text=json.dumps(value))
        case dict():
            members = tuple((key, _shown(item)) for key, item in value.items())
            return Shown(
                kind="object", members=members, text="" if members else "{}", size=_plural(len(value), "field")
            )
        case _:
            members = tuple((str(index), _shown(item)) for index, item in enumerate(value, 1))
            return Shown(kind="list", members=members, text="" if members else "[]", size=_plural(len(value), "item"))


def folded(text: str, *, kind: str = "text") -> Shown:
    """A text, folded if it is long."""
    lines = text.count("\n") + 1
    size = _plural(len(text), "character") + (f", {_plural(lines, 'line')}" if lines > 1 else "")
    if len(text) <= _FOLD_CHARACTERS and lines <= _FOLD_LINES:
        return Shown(kind=kind, text=text, size=size)
    return Shown(kind=kind, text=text, size=size, beginning=text[:_FIRST].partition("\n")[0])


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _count(value: Any) -> int:
    level, count = [value], 0
    while level and count <= _MOST_VALUES:
        count += len(level)
        level = [
            item
            for holder in level
            if isinstance(holder, (dict, list))
            for item in (holder.values() if isinstance(holder, dict) else holder)
        ]
    return count
