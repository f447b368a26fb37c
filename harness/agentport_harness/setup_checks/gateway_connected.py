"""There is an entry for the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound, Unable
from agentport_harness.core.json_values import JSON
from agentport_harness.setups.check import Cure, Ill, Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.entries import GATEWAY
from agentport_harness.setups.faults import key_edit
from agentport_harness.setups.setup import ConfigFile, Setup

_BESIDES: dict[str, dict[str, JSON]] = {
    "codex": {"default_tools_approval_mode": "approve", "required": True},
    "gemini": {"trust": True},
}
"""What else belongs into a new entry: that approval is left to the gateway, and that it is needed."""


@setup_check(
    "DR102",
    level="MUST",
    why="Without an entry the client does not know the gateway, and the agent has none of its tools.",
    mend="Add the server; docs/connect has a page for each client. With --url, --fix adds it.",
)
def gateway_connected(setup: Setup) -> Iterator[Sight]:
    """The client has a server entry for the gateway."""
    if setup.entries or setup.strays or setup.distrusted or setup.shut_out:
        yield Sound()
        return
    if setup.alone is not None:
        yield Fault(
            path=setup.alone.path, message=f"the organisation's servers are in this file, {setup.client.title} takes "
            "them from nowhere else, and the gateway is not among them",
            expected="an entry for the gateway there: ask whoever administers this machine",
        )  # fmt: skip
        return
    file = setup.file("user")
    if file is None or setup.fragments:
        return
    if any(other.source.flaw or other.unreadable for other in setup.files if other.place.holds == "servers"):
        yield Unable(reason="a configuration file cannot be read")
        return
    where = ".".join((*setup.client.servers, GATEWAY))
    fault = Fault(
        path=file.path,
        message=f"{setup.client.title} has no entry for the gateway",
        expected=f"{where} with the gateway's URL, which ends in /mcp, and the API key",
    )
    yield Ill(fault=fault, cure=_entry(setup, file)) if setup.wanted_url else fault


def _entry(setup: Setup, file: ConfigFile) -> Cure:
    client = setup.client
    table = (*client.servers, GATEWAY)
    edits = []
    if client.transport is not None:
        edits.append(Put(key=(*table, client.transport.field), value=client.transport.wanted))
    edits.append(Put(key=(*table, client.url_fields[0]), value=setup.wanted_url))
    way, value = key_edit(setup, table)
    edits.append(Put(key=way[:-1], value={way[-1]: value}))
    edits += [Put(key=(*table, name), value=value) for name, value in _BESIDES.get(client.name, {}).items()]
    return Cure(file=file, edits=tuple(edits))
