"""What a running gateway offers, and what became of the examples that were tried on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTool:
    """A tool as ``tools/list`` shows it."""

    name: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One example that was run: empty ``refusal`` means that the gateway carried it out, or took it as meant."""

    path: str
    line: int
    call: str
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A gateway's instructions and tools, and the trials of the bundle's examples (None: they were not run)."""

    tools: Mapping[str, LiveTool]
    instructions: str = ""
    trials: tuple[Trial, ...] | None = None
    words: frozenset[str] = field(default_factory=frozenset)
