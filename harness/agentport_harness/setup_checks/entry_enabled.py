"""The entry is switched on."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Edit, Exclude, Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.lists import listings
from agentport_harness.setups.setup import Entry, Part, Setup

_OFF = {
    "gemini": (("mcp", "excluded"),),
    "claude-code": (("disabledMcpjsonServers",), ("disabledMcpServers",)),
}
"""Lists of servers that are switched off, by client."""


@setup_check(
    "DR108",
    level="MUST",
    why="A server that is switched off is passed over without a word: the agent has none of its tools.",
    mend="Switch it on.",
)
def entry_enabled(setup: Setup) -> Iterator[Sight]:
    """The entry for the gateway is not switched off, neither by itself nor by a list of servers."""
    for entry in setup.entries:
        faults = [*_by_itself(setup, entry), *_by_list(setup, entry)]
        yield from faults or (Sound(),)


def _by_itself(setup: Setup, entry: Entry) -> Iterator[Sight]:
    switch = setup.client.disabled
    if switch is None or entry.table.get(switch[0]) is not switch[1]:
        return
    name, off = switch
    part = entry.part(name)
    fault = fault_at(part, (name,), "the server is switched off", expected=f"{name} = {str(not off).lower()}")
    yield ill(fault, part, _on(part, name, not off))


def _on(part: Part, name: str, value: bool) -> Edit:
    return Put(key=(*part.key, name), value=value)


def _by_list(setup: Setup, entry: Entry) -> Iterator[Sight]:
    for way in _OFF.get(setup.client.name, ()):
        for listing in listings(setup, way):
            if entry.name not in listing.texts:
                continue
            where = Part(file=listing.file, key=listing.key, table={})
            line = listing.file.line((*listing.key, str(listing.texts.index(entry.name))))
            fault = Fault(
                path=listing.file.path, line=line, message=f"{'.'.join(way)} switches the server off",
                expected=f"the list without {entry.name!r}", evidence=entry.name,
            )  # fmt: skip
            yield ill(fault, where, Exclude(key=listing.key, text=entry.name))
    if setup.client.name == "gemini":
        for listing in listings(setup, ("mcp", "allowed")):
            if entry.name in listing.texts:
                continue
            where = Part(file=listing.file, key=listing.key, table={})
            fault = fault_at(
                where, (), "mcp.allowed leaves the server out", expected=f"the list with {entry.name!r}",
            )  # fmt: skip
            yield ill(fault, where, Put(key=listing.key, value=[*listing.texts, entry.name]))
