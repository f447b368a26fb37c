"""JSON as Python values, and when two of them are the same argument."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSON: TypeAlias = "None | bool | int | float | str | Sequence[JSON] | Mapping[str, JSON]"


def identity(value: JSON) -> str:
    """A text that is equal for two JSON values exactly when a gateway must take them for the same arguments.

    Key order and ``1`` against ``1.0`` are no difference; strings compare by code points (RFC 8785).
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: JSON) -> JSON:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def parsed(text: str) -> JSON | None:
    """The JSON value that ``text`` holds, or None when it holds none (or is nested too deep to read)."""
    try:
        value: JSON = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def as_object(value: JSON) -> Mapping[str, JSON]:
    """``value`` when it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_text(value: JSON) -> str:
    """``value`` when it is a string, else the empty string."""
    return value if isinstance(value, str) else ""


def strings_in(value: JSON) -> list[str]:
    """Every string that ``value`` holds at any depth, keys apart, in document order."""
    found: list[str] = []
    waiting: list[JSON] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, Mapping):
            waiting.extend(reversed(list(item.values())))
        elif isinstance(item, Sequence):
            waiting.extend(reversed(list(item)))
    return found
