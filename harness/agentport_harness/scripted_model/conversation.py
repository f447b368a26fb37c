"""What a client asks of a model and what the model answers, whatever the wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTool:
    """A tool that the client lets the model call. ``kind`` is custom where it takes a text instead of an object."""

    name: str
    namespace: str = ""
    kind: Literal["function", "custom", "search"] = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the client sent back for a call: its text blocks, and whether it called it a failure, None if unsaid."""

    texts: tuple[str, ...]
    is_error: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. ``results`` are in the order of the history; ``size`` counts the history's parts.

    ``shown`` is all the text that the client put before the model, its own instructions included.
    """

    model: str
    tools: tuple[OfferedTool, ...]
    results: tuple[tuple[str, Returned], ...]
    size: int
    shown: str
    streams: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The model writes to the human."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The model calls a tool; ``arguments`` is a text for a custom tool."""

    call_id: str
    name: str
    arguments: JSON
    namespace: str = ""
    kind: Literal["function", "custom", "search"] = "function"


Part: TypeAlias = Text | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the model, its parts in order."""

    parts: tuple[Part, ...] = field(default=())

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls alone."""
        return tuple(part for part in self.parts if isinstance(part, Call))
