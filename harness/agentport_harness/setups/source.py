"""The text of a configuration as a value in which every key has its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON, as_object

Key: TypeAlias = tuple[str, ...]
"""The way to a value, from the top; members of a list are numbered."""
Dialect: TypeAlias = Literal["toml", "json", "json-comments", "jsonc"]
"""``json-comments`` takes comments and no trailing commas, ``jsonc`` takes both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a text cannot be read as what it should be; ``line`` counts from 1."""

    line: int
    message: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text that was read: its value, the line of every key, and keys that stand there twice."""

    value: JSON = None
    lines: Mapping[Key, int] = field(default_factory=dict)
    flaw: Flaw | None = None
    twice: tuple[Key, ...] = ()

    def at(self, key: Key) -> JSON:
        """The value at ``key``, None when there is none."""
        value = self.value
        for name in key:
            value = as_object(value).get(name)
        return value

    def table(self, key: Key) -> Mapping[str, JSON]:
        """The table at ``key``, an empty one when there is none."""
        return as_object(self.at(key))

    def line(self, key: Key) -> int:
        """The line of ``key``, or of the nearest table around it; 1 for an empty text."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


class FlawError(ValueError):
    """Carries a `Flaw` out of a reader."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw
