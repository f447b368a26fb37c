"""Gateway and client speak a common revision of MCP."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.setup import Setup

STATELESS = "2026-07-28"
"""The revision without a handshake."""


@setup_check(
    "DR404",
    level="MUST",
    why="Without a common revision no session comes about, and the gateway's tools are missing.",
    mend="Update the client, or a gateway of your own.",
)
def revision_shared(setup: Setup) -> Iterator[Sight]:
    """The gateway answers in a revision of MCP that this client speaks.

    Only Claude Code is known to speak 2026-07-28, which has no handshake; the other clients need one.
    """
    for entry in setup.entries:
        endpoint = setup.endpoints.get(entry.name)
        if endpoint is None or not endpoint.revision:
            continue
        if endpoint.revision == STATELESS and setup.client.name in ("codex", "gemini", "opencode"):
            yield fault_at(
                entry.parts[0], (), f"the gateway speaks {STATELESS} alone, and {setup.client.title} needs the "
                "handshake of an earlier revision", expected="2025-06-18 or 2025-11-25", evidence=endpoint.revision,
            )  # fmt: skip
        else:
            yield Sound()
