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
    root: Any = copy.deepcopy(value)
    for edit in edits:
        table: Any = root
        for name in edit.key[:-1]:
            if isinstance(edit, Put | Include):
                table = table.setdefault(name, {}) if isinstance(table, dict) else None
            else:
                table = table.get(name) if isinstance(table, dict) else None
        if not isinstance(table, dict):
            raise EditError(f"{'.'.join(edit.key[:-1])} is no table")
        _change(table, edit)
    return root  # type: ignore[no-any-return]  # a copy of what was given


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
            held = table.setdefault(name, [])
            if not isinstance(held, list):
                raise EditError(f"{name} is no list")
            if edit.text not in held:
                held.append(edit.text)
        case Exclude():
            held = table.get(name)
            if not isinstance(held, list):
                raise EditError(f"{name} is no list")
            table[name] = [item for item in held if item != edit.text]
