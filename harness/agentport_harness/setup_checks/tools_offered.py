"""The client passes on the gateway's own tools."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Exclude, Include
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Entry, Setup
from agentport_harness.setups.tools import NEEDED


@setup_check(
    "DR109",
    level="MUST",
    why="A filter that leaves out the tool that waits, or the one that calls, leaves the agent stuck half-way.",
    mend="Take the gateway's own tools into the filter, or remove the filter.",
)
def tools_offered(setup: Setup) -> Iterator[Sight]:
    """No filter of the entry leaves out a tool that every use of the gateway needs."""
    for entry in setup.entries:
        yield from (*_allowed(setup, entry), *_refused(setup, entry)) or (Sound(),)


def _allowed(setup: Setup, entry: Entry) -> Iterator[Sight]:
    setting = setup.client.allowed_tools
    held = entry.table.get(setting) if setting else None
    missing = [tool for tool in NEEDED if isinstance(held, list) and tool not in held]
    if missing:
        part = entry.part(setting)
        fault = fault_at(
            part, (setting,), f"{setting} leaves out {', '.join(missing)}", expected="a list with these tools, or none"
        )
        yield ill(fault, part, *(Include(key=(*part.key, setting), text=tool) for tool in missing))


def _refused(setup: Setup, entry: Entry) -> Iterator[Sight]:
    setting = setup.client.refused_tools
    held = entry.table.get(setting) if setting else None
    refused = [tool for tool in NEEDED if isinstance(held, list) and tool in held]
    if refused:
        part = entry.part(setting)
        fault = fault_at(
            part, (setting,), f"{setting} takes away {', '.join(refused)}", expected="a list without these tools"
        )
        yield ill(fault, part, *(Exclude(key=(*part.key, setting), text=tool) for tool in refused))
