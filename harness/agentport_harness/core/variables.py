"""``${…}`` in a transcript: values captured from results, put in where they are used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON

_VARIABLE = re.compile(r"\$\{(?P<path>[A-Za-z_][\w-]*(?:\.[\w-]+)*)(?:\[(?P<start>-?\d*):(?P<stop>-?\d*)\])?\}")


def filled(value: JSON, known: Mapping[str, JSON], *, at: str) -> JSON:
    """``value`` with every ``${path}`` replaced, at any depth; ``${path[:8]}`` takes a slice of a text.

    A text that is nothing but one variable takes the variable's own type. Raises `InputError` for an unknown one.
    """
    if isinstance(value, str):
        if (whole := _VARIABLE.fullmatch(value)) and not _sliced(whole):
            return _looked_up(whole["path"], known, at)
        return _VARIABLE.sub(lambda match: _as_text(match, known, at), value)
    if isinstance(value, Mapping):
        return {key: filled(item, known, at=at) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [filled(item, known, at=at) for item in value]
    return value


def filled_text(text: str, known: Mapping[str, JSON], *, at: str) -> str:
    """`filled`, for a text that stays one."""
    value = filled(text, known, at=at)
    return value if isinstance(value, str) else str(value)


def _sliced(match: re.Match[str]) -> bool:
    return match["start"] is not None


def _as_text(match: re.Match[str], known: Mapping[str, JSON], at: str) -> str:
    value = str(_looked_up(match["path"], known, at))
    if not _sliced(match):
        return value
    start, stop = (int(match[name]) if match[name] else None for name in ("start", "stop"))
    return value[start:stop]


def _looked_up(path: str, known: Mapping[str, JSON], at: str) -> JSON:
    value: JSON = known
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            names = ", ".join(sorted(str(key) for key in known)) or "none"
            raise InputError(
                "unknown-variable", f"Expected a value captured so far ({names}), got ${{{path}}} - at `{at}`"
            )
        value = value[name]
    return value
