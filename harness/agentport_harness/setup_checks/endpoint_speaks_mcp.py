"""The address is an MCP endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR403",
    level="MUST",
    why="A web page or another service answers, and the client finds no tools.",
    mend="Write the address as the Connect page gives it; it ends in /mcp.",
)
def endpoint_speaks_mcp(setup: Setup) -> Iterator[Sight]:
    """What answers at the address speaks MCP over Streamable HTTP."""
    for entry in setup.entries:
        endpoint = setup.endpoints.get(entry.name)
        if endpoint is None or endpoint.state in ("unreachable", "refused", "redirected"):
            continue
        if endpoint.state == "fine":
            yield Sound()
            continue
        setting = next((name for name in setup.client.url_fields if name in entry.table), setup.client.url_fields[0])
        yield fault_at(
            entry.part(setting), (setting,), f"no MCP endpoint answers there: {endpoint.detail}",
            expected="the gateway's endpoint, which ends in /mcp", evidence=endpoint.url,
        )  # fmt: skip
