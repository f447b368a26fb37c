"""The client waits longer than the gateway holds an await."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.core.json_values import JSON
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.client import TimeLimit
from agentport_harness.setups.edits import Put
from agentport_harness.setups.setup import ConfigFile, Entry, Setup
from agentport_harness.setups.source import Key
from agentport_harness.setups.versions import told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """A limit in seconds, where it is set or could be, and how it is told."""

    seconds: float
    file: ConfigFile
    key: Key
    words: str


@setup_check(
    "DR306",
    level="MUST",
    why="An await that the client cuts off comes back as an error: the agent may take the call for failed while the "
    "human still decides. Nothing is lost, awaiting again brings the result, but an agent has to know that.",
    mend="Raise the client's time limit above the gateway's poll budget, or lower that of your own gateway.",
)
def wait_fits(setup: Setup) -> Iterator[Sight]:
    """The client gives a call more time than the gateway holds an await.

    Where the gateway does not say how long it holds one, 240 s are assumed, as AgentPort does; --poll-budget says
    otherwise.
    """
    limit = setup.client.limit
    for entry in setup.entries if limit is not None else ():
        if limit is None or "command" in entry.table:
            continue
        budget = setup.budget_of(entry)
        short = [found for found in _limits(setup, entry, limit) if found.seconds <= budget]
        if not short:
            yield Sound()
        known = "" if setup.knows_budget(entry) else ", as AgentPort does"
        needed = math.ceil((budget + 30) / 60) * 60
        for found in short:
            right = needed * limit.unit
            fault = Fault(
                path=found.file.path, line=found.file.line(found.key),
                message=f"{found.words} ends an await after {found.seconds:g} s, and the gateway may hold one for "
                f"{budget:g} s{known}", expected=f"{found.key[-1]} = {right} or more",
            )  # fmt: skip
            value: JSON = str(right) if found.key[-2:-1] == ("env",) else right
            yield Ill(fault=fault, cure=Cure(file=found.file, edits=(Put(key=found.key, value=value),)))


def _limits(setup: Setup, entry: Entry, limit: TimeLimit) -> Iterator[_Limit]:
    part = entry.part(limit.field)
    key = (*part.key, limit.field)
    own = _seconds(entry.table.get(limit.field), limit)
    for way in limit.always:
        yield from _elsewhere(setup, way, limit)
    if own is not None:
        yield _Limit(seconds=own, file=part.file, key=key, words=limit.field)
        return
    others = [found for way in limit.otherwise for found in _elsewhere(setup, way, limit)]
    if others:
        yield others[0]
        return
    version = setup.version or setup.client.tried
    seconds = next(seconds for since, seconds in limit.defaults if version >= since)
    name = f"{setup.client.title} {told(version)}"
    yield _Limit(seconds=seconds, file=part.file, key=key, words=f"{name}, which has no {limit.field} here,")


def _elsewhere(setup: Setup, way: Key, limit: TimeLimit) -> Iterator[_Limit]:
    for file in setup.files:
        seconds = _seconds(file.source.at(way), limit)
        if seconds is not None:
            yield _Limit(seconds=seconds, file=file, key=way, words=way[-1])


def _seconds(value: JSON, limit: TimeLimit) -> float | None:
    """A setting in seconds, None where it is not set, cannot be read, or lifts the limit."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        return None
    return value / limit.unit
