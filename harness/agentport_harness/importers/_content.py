"""Texts, times and arguments as clients write them into records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from agentport_harness.core.json_values import JSON, as_object, as_text, parsed

Fields: TypeAlias = Mapping[str, JSON]

DEEPEST = 100
"""Levels of nesting that arguments and structured results may have; what is deeper is an attack, not a call."""

_NESTED = (dict, list)
_CONTAINERS = (Mapping, list)
_usual = msgspec.json.Decoder().decode

_TEXT_BLOCKS = frozenset({"text", "Text", "input_text", "output_text"})


def items(value: JSON) -> Sequence[JSON]:
    """``value`` when it is an array, else an empty one."""
    return value if isinstance(value, list | tuple) else ()


def text_of(content: JSON, *, join: str = "\n") -> str:
    """The text of a message or result: a string as it is, of an array its text blocks."""
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for block in items(content):
        if isinstance(block, str):
            texts.append(block)
            continue
        fields = as_object(block)
        if as_text(fields.get("type")) in _TEXT_BLOCKS or ("type" not in fields and "text" in fields):
            texts.append(as_text(fields.get("text")))
        elif fields.get("type") == "resource":
            texts.append(as_text(as_object(fields.get("resource")).get("text")))
    return join.join(texts)


def text_pointer(content: JSON, pointer: str) -> str:
    """Where the text of ``content``, which stands at ``pointer``, begins: at itself, or in its first text block."""
    for number, block in enumerate(items(content)):
        if as_text(as_object(block).get("type")) in _TEXT_BLOCKS:
            return f"{pointer}/{number}/text"
    return pointer


def arguments_of(value: JSON) -> JSON:
    """A call's arguments: a JSON text parsed; a text that is not JSON, or nested too deep, kept as a text."""
    if isinstance(value, str):
        found = _parsed(value) if value and not value.isspace() else {}
        few = value.count("{") + value.count("[") <= DEEPEST
        return found if isinstance(found, _NESTED) and (few or not too_deep(found)) else value
    if value is None:
        return {}
    return value if not too_deep(value) else "(nested too deep to read)"


def _parsed(text: str) -> JSON | None:
    """As `parsed`, at the speed of a parser that knows the usual; what it does not take, the other one may."""
    try:
        value: JSON = _usual(text)
    except (ValueError, RecursionError):
        return parsed(text)
    return value


def structured_of(value: JSON) -> JSON:
    """A structured result, None when there is none or it is nested too deep to read."""
    return None if too_deep(value) else value


def too_deep(value: JSON) -> bool:
    """Whether ``value`` is nested deeper than `DEEPEST` levels."""
    if not isinstance(value, _CONTAINERS):
        return False
    if isinstance(value, dict) and not any(isinstance(inner, dict | list) for inner in value.values()):
        return False
    level: list[JSON] = [value]
    for _ in range(DEEPEST):
        below: list[JSON] = []
        for item in level:
            if isinstance(item, Mapping):
                below += [inner for inner in item.values() if isinstance(inner, dict | list)]
            elif isinstance(item, list):
                below += [inner for inner in item if isinstance(inner, dict | list)]
        if not below:
            return False
        level = below
    return True


def seconds(value: JSON) -> float | None:
    """Seconds since 1970 of a time as recorded: ISO 8601, or a number of seconds or milliseconds."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value / 1e3 if value > 1e11 else float(value)


def flag(value: JSON) -> bool | None:
    """``value`` when it is a boolean, else None."""
    return value if isinstance(value, bool) else None


def whole(value: JSON) -> int | None:
    """``value`` when it is an integer, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
