"""Codex says so when the gateway cannot be had."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR112",
    level="MAY",
    why="Without it Codex goes on without the gateway when the gateway cannot be reached or refuses the key: its tools "
    "are silently missing, and the exit code is 0.",
    mend="Add required = true.",
)
def gateway_required(setup: Setup) -> Iterator[Sight]:
    """Codex is told that it cannot do without the gateway."""
    for entry in setup.entries if setup.client.name == "codex" else ():
        if entry.table.get("required") is True:
            yield Sound()
            continue
        part = entry.part("required")
        fault = fault_at(
            part, ("required",), "Codex starts without the gateway when it cannot be reached, and says nothing",
            expected="required = true",
        )  # fmt: skip
        yield ill(fault, part, Put(key=(*part.key, "required"), value=True))
