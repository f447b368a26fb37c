"""Lists of names in a client's files: servers, tools, permissions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.setups.setup import ConfigFile, Setup
from agentport_harness.setups.source import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list: the texts in it, and where it stands."""

    file: ConfigFile
    key: Key
    texts: tuple[str, ...]

    def line(self, text: str) -> int:
        """The line of a text in it."""
        return self.file.line((*self.key, str(self.texts.index(text))))


def listings(setup: Setup, way: Key) -> Iterator[Listing]:
    """The lists at ``way`` in each of the client's files, in the order in which they win."""
    for file in setup.files:
        key = (*file.below, *way)
        value = file.source.at(key)
        if isinstance(value, list):
            yield Listing(file=file, key=key, texts=tuple(item for item in value if isinstance(item, str)))
