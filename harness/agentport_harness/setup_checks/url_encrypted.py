"""The key does not cross a network in clear."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.entries import address
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.setup import Setup
from agentport_harness.setups.transmission import in_clear


@setup_check(
    "DR203",
    level="SHOULD",
    why="Whoever is on the way reads the key, and can make calls with it.",
    mend="Use https, or a gateway on this machine.",
)
def url_encrypted(setup: Setup) -> Iterator[Sight]:
    """The gateway is reached by https, unless it runs on this very machine."""
    for entry in setup.entries:
        url = address(setup.client, entry.table)
        setting = next((name for name in setup.client.url_fields if name in entry.table), "")
        if not setting:
            continue
        if in_clear(url):
            yield fault_at(
                entry.part(setting), (setting,), "the key is sent over plain http", expected="https://", evidence=url
            )
        else:
            yield Sound()
