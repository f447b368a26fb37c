"""The gateway's entry stands where this client looks for servers."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Edit, Put, Rename
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Part, Setup


@setup_check(
    "DR103",
    level="MUST",
    why="Every client names the table of its servers differently, and passes over one that it does not know.",
    mend="Move the entry into the table that this client reads.",
)
def servers_section(setup: Setup) -> Iterator[Sight]:
    """The entry for the gateway stands in the table in which this client looks for servers."""
    wanted = ".".join(setup.client.servers)
    for stray in setup.strays:
        here = ".".join(stray.key[:-1])
        fault = fault_at(
            stray, (), f"{setup.client.title} does not read {here!r}, so it has no entry for the gateway",
            expected=f"the entry under {wanted!r}", evidence=".".join(stray.key),
        )  # fmt: skip
        yield ill(fault, stray, *_move(setup, stray)) if _movable(setup, stray) else fault
    if not setup.strays and setup.entries:
        yield Sound()


def _movable(setup: Setup, stray: Part) -> bool:
    """Whether the table as a whole can take the right name: the right one is not there, and it is at the same level."""
    servers = setup.client.servers
    return len(stray.key) == len(servers) + 1 and stray.file.source.at(servers) is None


def _move(setup: Setup, stray: Part) -> Iterator[Edit]:
    yield Rename(key=stray.key[:-1], name=setup.client.servers[-1])
    transport = setup.client.transport
    if transport is not None and transport.required and transport.field not in stray.table:
        yield Put(key=(*setup.client.servers, stray.key[-1], transport.field), value=transport.wanted)
