"""A wire format: reading requests into `Asked`, writing a `Reply` whole or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON, as_object, as_text, strings_in
from agentport_harness.scripted_model.conversation import Asked, Reply

Fields = Mapping[str, JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One provider's format. ``path`` is a pattern that a request's path must match, its ``model`` group optional.

    ``counts`` answers a request to count tokens, at a path that ``count_path`` matches.
    """

    name: str
    path: str
    read: Callable[[Fields, str], Asked]
    whole: Callable[[Reply, str], Fields]
    stream: Callable[[Reply, str], Iterator[str]]
    count_path: str = ""
    counts: Fields | None = None


def event(data: Fields, name: str = "") -> str:
    """One server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n"


def items(value: JSON) -> Sequence[JSON]:
    """``value`` when it is an array, else an empty one."""
    return value if isinstance(value, list) else ()


def texts(content: JSON) -> tuple[str, ...]:
    """The texts of a message's or result's content: a string, or blocks that hold a text."""
    if isinstance(content, str):
        return (content,)
    return tuple(as_text(fields.get("text")) for block in items(content) if "text" in (fields := as_object(block)))


def shown(value: JSON) -> str:
    """Every text at any depth: what the client put before the model."""
    return "\n".join(strings_in(value))
