"""Entries of one name agree."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import identity
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.setup import Entry, Part, Setup


@setup_check(
    "DR110",
    level="SHOULD",
    why="Where two files define the same server, one of them wins, and an edit of the other changes nothing.",
    mend="Keep the entry in one place.",
)
def scopes_agree(setup: Setup) -> Iterator[Sight]:
    """Where several files define the server, they say the same of it."""
    for entry in setup.entries:
        conflicts = [*_beaten(setup, entry), *_overruled(entry)]
        yield from conflicts or (Sound(),)
    if setup.entries and setup.alone is not None:
        for part in setup.shut_out:
            yield fault_at(
                part, (), f"the {part.file.scope} entry has no effect: {setup.client.title} takes servers from "
                f"{setup.alone.path} alone", expected="no entry here", evidence=part.key[-1],
            )  # fmt: skip


def _beaten(setup: Setup, entry: Entry) -> Iterator[Sight]:
    winner = entry.parts[0]
    for loser in entry.beaten:
        if identity(loser.table) != identity(winner.table):
            yield fault_at(
                loser, (), f"the {loser.file.scope} entry has no effect: {setup.client.title} takes the "
                f"{winner.file.scope} entry of the same name, at {_place(winner)}",
                expected="one entry, or two names", evidence=entry.name,
            )  # fmt: skip


def _overruled(entry: Entry) -> Iterator[Sight]:
    """Settings that several files give, each another value."""
    for number, loser in enumerate(entry.parts):
        for name, value in loser.table.items():
            winner = next((part for part in entry.parts[:number] if name in part.table), None)
            if winner is not None and identity(winner.table[name]) != identity(value):
                yield fault_at(
                    loser, (name,), f"{name} has no effect: the {winner.file.scope} configuration sets it too, at "
                    f"{_place(winner, name)}", expected="the setting in one of the two", evidence=name,
                )  # fmt: skip


def _place(part: Part, *rest: str) -> str:
    return f"{part.file.path}:{part.file.line((*part.key, *rest))}"
