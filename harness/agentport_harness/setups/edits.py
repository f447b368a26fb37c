"""Changes of a configuration, told apart from how they are written down: the value after them is known beforehand."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.setups.source import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """``key`` has this value, whatever it had; tables on the way are made."""

    key: Key
    value: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """``key`` is gone."""

    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """The last name of ``key`` is another one; its value and the comments in it stay."""

    key: Key
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """The list at ``key`` holds this text; where there is no list, one is made."""

    key: Key
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude:
    """The list at ``key`` does not hold this text."""

    key: Key
    text: str


Edit: TypeAlias = Put | Drop | Rename | Include | Exclude


class EditError(Exception):
    """An edit cannot be made without touching what is none of its business."""


def edited(value: JSON, edits: Iterable[Edit]) -> JSON:
    """The value after the edits. Raises `EditError` where one does not fit."""
    root: Any = value
    for edit in edits:
        root = _changed(root, edit, edit.key)
    return root  # type: ignore[no-any-return]  # what was given, but for the tables on the way


def _changed(value: Any, edit: Edit, rest: Key) -> Any:
    """The value with copies of the tables on the way to the edit, the last of them changed."""
    if not isinstance(value, dict):
        raise EditError(f"{'.'.join(edit.key[: len(edit.key) - len(rest)])} is no table")
    table = dict(value)
    if len(rest) == 1:
        _change(table, edit)
    elif rest[0] in table or isinstance(edit, Put | Include):
        table[rest[0]] = _changed(table.get(rest[0], {}), edit, rest[1:])
    else:
        raise EditError(f"there is no {'.'.join(edit.key)}")
    return table


def _change(table: dict[str, Any], edit: Edit) -> None:
    name = edit.key[-1]
    match edit:
        case Put():
            table[name] = copy.deepcopy(edit.value)
        case Drop():
            table.pop(name, None)
        case Rename():
            if name not in table or edit.name in table:
                raise EditError(f"{name} cannot become {edit.name}")
            items = [(edit.name if key == name else key, held) for key, held in table.items()]
            table.clear()
            table.update(items)
        case Include():
            held = table.get(name, [])
            if not isinstance(held, list):
                raise EditError(f"{name} is no list")
            table[name] = held if edit.text in held else [*held, edit.text]
        case Exclude():
            held = table.get(name)
            if not isinstance(held, list):
                raise EditError(f"{name} is no list")
            table[name] = [item for item in held if item != edit.text]
