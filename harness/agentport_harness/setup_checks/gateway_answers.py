"""What answers is the gateway, with the tools that an agent needs."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.tools import AWAIT, CALL
from agentport_harness.surfaces.names import PREFIX


@setup_check(
    "DR405",
    level="MUST",
    why="Another server under the gateway's name, or a gateway without these tools, leaves the agent stuck.",
    mend="Check the address; ask whoever runs the gateway about the tools.",
)
def gateway_answers(setup: Setup) -> Iterator[Sight]:
    """The server lists the tool that awaits an approval, and a way to call a tool.

    Older gateways list the tools of the services themselves, as ``stripe__create_refund``, in place of the one that
    calls any of them.
    """
    for entry in setup.entries:
        endpoint = setup.endpoints.get(entry.name)
        if endpoint is None or endpoint.state != "fine":
            continue
        direct = any("__" in tool and not tool.startswith(PREFIX) for tool in endpoint.tools)
        missing = [tool for tool in (CALL, AWAIT) if tool not in endpoint.tools and not (tool == CALL and direct)]
        if not missing:
            yield Sound()
            continue
        yield fault_at(
            entry.parts[0], (), f"the server lists {len(endpoint.tools)} tools, and not {', '.join(missing)}",
            expected="the gateway's own tools", evidence=endpoint.url,
        )  # fmt: skip
