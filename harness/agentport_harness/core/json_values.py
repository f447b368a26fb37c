"""JSON as Python values, and when two of them are the same argument."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSON: TypeAlias = "None | bool | int | float | str | Sequence[JSON] | Mapping[str, JSON]"


_PLAIN = (str, int, float, list, tuple)


class _Written(str):
    """A piece of the text that is being written, among values that still have to be."""

    __slots__ = ()


def identity(value: JSON) -> str:
    """A text that is equal for two JSON values exactly when a gateway must take them for the same arguments.

    Key order and ``1`` against ``1.0`` are no difference; strings compare by code points (RFC 8785). Any depth will do.
    """
    written: list[str] = []
    waiting: list[JSON] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Written):
            written.append(item)
        elif isinstance(item, Mapping):
            written.append("{")
            waiting.append(_Written("}"))
            entries = sorted(((str(name), each) for name, each in item.items()), key=lambda entry: entry[0])
            for number in range(len(entries) - 1, -1, -1):
                name, each = entries[number]
                waiting += (each, _Written(f"{',' if number else ''}{json.dumps(name)}:"))
        elif isinstance(item, Sequence) and not isinstance(item, str):
            written.append("[")
            waiting.append(_Written("]"))
            for number in range(len(item) - 1, -1, -1):
                waiting += (item[number], _Written("," if number else ""))
        else:
            plain = int(item) if isinstance(item, float) and item.is_integer() else item
            written.append(json.dumps(plain, default=str))
    return "".join(written)


def parsed(text: str) -> JSON | None:
    """The JSON value that ``text`` holds, or None when it holds none (or is nested too deep to read)."""
    try:
        value: JSON = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def as_object(value: JSON) -> Mapping[str, JSON]:
    """``value`` when it is a JSON object, else an empty one."""
    if isinstance(value, dict):
        return value
    # what JSON is read into is asked for first: whether something is a `Mapping` takes many times as long to say
    return {} if value is None or isinstance(value, _PLAIN) or not isinstance(value, Mapping) else value


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
        elif type(item) is dict:  # what JSON is read into
            waiting.extend(reversed(item.values()))
        elif item is None or isinstance(item, (int, float)):
            continue
        elif isinstance(item, Mapping):
            waiting.extend(reversed(list(item.values())))
        elif isinstance(item, Sequence):
            waiting.extend(reversed(item))
    return found
