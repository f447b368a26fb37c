"""The entry says how the gateway is reached, as this client needs it."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.core.json_values import as_text
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR107",
    level="MUST",
    why="The gateway speaks Streamable HTTP. A client that takes it for a program on this machine, or for the older "
    "SSE, leaves the server out or finds no tools.",
    mend="Set the type that this client has for Streamable HTTP.",
)
def transport(setup: Setup) -> Iterator[Sight]:
    """The entry names an address, and the type that this client has for Streamable HTTP.

    An entry that starts a program, such as a bridge to a remote server, is left alone.
    """
    wanted = setup.client.transport
    for entry in setup.entries:
        if "command" in entry.table:
            if any(name in entry.table for name in setup.client.url_fields):
                part = entry.part("command")
                yield fault_at(
                    part, ("command",), "the entry has a command and an address: it can be one kind of server only",
                    expected="the address alone",
                )  # fmt: skip
            continue
        if wanted is None:
            yield Sound()
            continue
        told = as_text(entry.table.get(wanted.field))
        if told in wanted.accepted or (not wanted.required and wanted.field not in entry.table):
            yield Sound()
            continue
        part = entry.part(wanted.field)
        message = f"type {told!r} is not Streamable HTTP" if told else "the entry has no type"
        fault = fault_at(
            part, (wanted.field,), f"{message}: {setup.client.title} does not connect to the gateway",
            expected=f'"{wanted.field}": "{wanted.wanted}"', evidence=told,
        )  # fmt: skip
        yield ill(fault, part, Put(key=(*part.key, wanted.field), value=wanted.wanted))
