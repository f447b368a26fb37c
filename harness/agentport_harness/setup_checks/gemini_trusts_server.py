"""Gemini CLI leaves approval to the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR303",
    level="MUST",
    why="Without it Gemini CLI asks about every call a second time, and cannot run any where nobody is asked.",
    mend="Set \"trust\": true in the server's entry. The gateway goes on to enforce each tool's mode.",
)
def gemini_trusts_server(setup: Setup) -> Iterator[Sight]:
    """Gemini CLI passes the gateway's tools on without asking: the gateway asks."""
    for entry in setup.entries if setup.client.name == "gemini" else ():
        if entry.table.get("trust") in (True, "true"):  # the text is DR106
            yield Sound()
            continue
        part = entry.part("trust")
        fault = fault_at(
            part, ("trust",), "the server is not trusted: Gemini CLI asks about every call itself",
            expected='"trust": true',
        )  # fmt: skip
        yield ill(fault, part, Put(key=(*part.key, "trust"), value=True))
