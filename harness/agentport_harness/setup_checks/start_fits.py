"""The client gives the gateway time to answer at the start."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Setup

LEAST = 5
"""Seconds that a gateway across a network may need."""
_SETTING = "startup_timeout_sec"


@setup_check(
    "DR307",
    level="SHOULD",
    why="A gateway that does not answer in that time is left out of the session without a word.",
    mend="Leave the time to the client, or give ten seconds.",
)
def start_fits(setup: Setup) -> Iterator[Sight]:
    """The time in which the gateway has to answer when the client starts is not too short for a network."""
    for entry in setup.entries:
        value = entry.table.get(_SETTING)
        if setup.client.name != "codex" or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if value >= LEAST:
            yield Sound()
            continue
        part = entry.part(_SETTING)
        fault = fault_at(
            part, (_SETTING,), f"{_SETTING} leaves the gateway {value:g} s to answer", expected=f"{_SETTING} = 10"
        )
        yield ill(fault, part, Put(key=(*part.key, _SETTING), value=10))
