"""The client is new enough."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.versions import told


@setup_check(
    "DR113",
    level="MUST",
    why="An older version cannot be told to leave approval to the gateway, and refuses every gated tool.",
    mend="Update the client.",
)
def version_supported(setup: Setup) -> Iterator[Sight]:
    """The client's version is one that can leave approval to the gateway."""
    if not setup.version or not setup.client.oldest:
        return
    if setup.version >= setup.client.oldest:
        yield Sound()
        return
    yield Fault(
        path=setup.client.command,
        message=f"{setup.client.title} {told(setup.version)} cannot leave approval to the gateway",
        expected=f"{told(setup.client.oldest)} or later",
        evidence=told(setup.version),
    )
