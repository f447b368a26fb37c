"""The entry is switched on."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.admission import barriers
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Entry, Setup


@setup_check(
    "DR108",
    level="MUST",
    why="A server that is switched off or not admitted is passed over without a word: the agent has none of its tools.",
    mend="Switch it on. What the organisation set on this machine is for whoever administers it to change.",
)
def entry_enabled(setup: Setup) -> Iterator[Sight]:
    """The entry for the gateway is not switched off: by itself, by a list of servers, or by the organisation."""
    for entry in setup.entries:
        faults = [*_by_itself(setup, entry), *_barred(setup, entry)]
        yield from faults or (Sound(),)
    if setup.alone is not None and not setup.entries:
        for part in setup.shut_out:
            yield fault_at(
                part, (), f"this entry has no effect: {setup.client.title} takes servers from {setup.alone.path} "
                "alone", expected="an entry for the gateway there: ask whoever administers this machine",
            )  # fmt: skip


def _by_itself(setup: Setup, entry: Entry) -> Iterator[Sight]:
    switch = setup.client.disabled
    if switch is None or entry.table.get(switch[0]) is not switch[1]:
        return
    name, off = switch
    part = entry.part(name)
    fault = fault_at(part, (name,), "the server is switched off", expected=f"{name} = {str(not off).lower()}")
    yield ill(fault, part, Put(key=(*part.key, name), value=not off))


def _barred(setup: Setup, entry: Entry) -> Iterator[Sight]:
    for barrier in barriers(setup, entry):
        fault = Fault(
            path=barrier.file.path, line=barrier.file.line(barrier.at), message=barrier.message,
            expected=barrier.expected, evidence=entry.name,
        )  # fmt: skip
        yield Ill(fault=fault, cure=Cure(file=barrier.file, edits=barrier.edits)) if barrier.edits else fault
