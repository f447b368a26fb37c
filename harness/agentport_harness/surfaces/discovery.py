"""What the discovery tools answer: the documented fields of each, and how to find them in an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from agentport_harness.core.json_values import JSON, as_object, parsed

Shape: TypeAlias = type | tuple[type | None, ...] | frozenset[str] | Mapping[str, "Shape"] | list["Shape"]
"""A type (None among several: null), a set of words, the fields of an object, or a list of one shape."""

MODES = frozenset({"allow", "require_approval", "deny"})
INTEGRATION: Shape = {
    "id": str,
    "name": str,
    "description": str,
    "type": frozenset({"remote_mcp", "custom"}),
    "auth_methods": [str],
    "docs_url": (str, None),
}
INSTALLED: Shape = {"integration_id": str, "type": str, "auth_method": str, "connected": bool, "added_at": str}
AUTH_STATUS: Shape = {"integration_id": str, "auth_method": str, "connected": bool}
TOOLS: Shape = {
    "integration_id": str,
    "tools": [{"name": str, "description": str, "inputSchema": dict, "approval_mode": MODES}],
}
ALL_TOOLS: Shape = {"tools": [{"integration_id": str, "name": str, "description": str, "approval_mode": MODES}]}
DESCRIPTION: Shape = {
    "integration_id": str,
    "tool": {"name": str, "description": str, "inputSchema": dict},
    "approval": {"mode": MODES, "source": frozenset({"configured", "default"}), "note": str},
}


def value_of(structured: JSON, text: str) -> JSON:
    """What an answer holds: its structured content, else the JSON of its text."""
    return structured if structured is not None else parsed(text)


def rows_of(value: JSON, name: str) -> list[JSON] | None:
    """A list that is the answer itself or a member of it; None where there is none."""
    rows = value if isinstance(value, list) else as_object(value).get(name)
    return rows if isinstance(rows, list) else None


def departures(value: JSON, shape: Shape, at: str = "$") -> Iterator[str]:
    """Where a value is not what is documented, as paths without values; more fields are no departure."""
    match shape:
        case Mapping():
            if not isinstance(value, dict):
                yield f"{at} is no object"
                return
            for name, inner in shape.items():
                if name not in value:
                    yield f"{at}.{name} is missing"
                else:
                    yield from departures(value[name], inner, f"{at}.{name}")
        case list():
            if not isinstance(value, list):
                yield f"{at} is no list"
                return
            # every row of one kind departs alike
            yield from dict.fromkeys(said for row in value for said in departures(row, shape[0], f"{at}[]"))
        case frozenset():
            if value not in shape if isinstance(value, str) else True:
                yield f"{at} is none of {', '.join(sorted(shape))}"
        case _:
            kinds = shape if isinstance(shape, tuple) else (shape,)
            fits = None in kinds if value is None else type(value) in kinds
            if not fits:
                yield f"{at} is no {' or '.join('null' if kind is None else kind.__name__ for kind in kinds)}"
