"""Cursor leaves approval to the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound, Unable
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.edits import Include
from agentport_harness.setups.lists import listings
from agentport_harness.setups.setup import Entry, Setup


@setup_check(
    "DR305",
    level="SHOULD",
    why="Without it Cursor asks about every call a second time.",
    mend="Add agentport:* to mcpAllowlist in ~/.cursor/permissions.json, or allow the server in Cursor's settings.",
)
def cursor_allowlist(setup: Setup) -> Iterator[Sight]:
    """Cursor's list of tools that run without a question, where it is kept in a file, holds the gateway's."""
    for entry in setup.entries if setup.client.name == "cursor" else ():
        found = next(listings(setup, ("mcpAllowlist",)), None)
        if found is None:
            yield Unable(reason="Cursor keeps its allow list in its own settings, which cannot be read here")
        elif any(_allows(entry, rule) for rule in found.texts):
            yield Sound()
        else:
            fault = Fault(
                path=found.file.path, line=found.file.line(found.key),
                message="mcpAllowlist does not name the gateway's tools: Cursor asks about every call itself",
                expected=f'"{entry.name}:*" in mcpAllowlist',
            )  # fmt: skip
            edit = Include(key=found.key, text=f"{entry.name}:*")
            yield Ill(fault=fault, cure=Cure(file=found.file, edits=(edit,)))


def _allows(entry: Entry, rule: str) -> bool:
    server, _, tools = rule.partition(":")
    return server in (entry.name, "*") and tools == "*"
