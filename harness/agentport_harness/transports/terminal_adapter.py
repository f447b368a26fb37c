"""A person's hands: the link is shown on the terminal, and the person decides in the gateway's own page."""

from __future__ import annotations

import sys

import anyio

from agentport_harness.core.transcript import Deed
from agentport_harness.transports.adapter import Decided, Skill

_ASKED = {"approves": "approve once", "always_allows": "always allow", "denies": "deny"}


class TerminalAdapter:
    """Asks the person at the terminal to decide; enter says that it is done, anything else that it was refused."""

    can: frozenset[Skill] = frozenset({"decide"})

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._one_at_a_time = anyio.Lock()

    async def try_decide(self, request_id: str, deed: Deed) -> Decided:
        async with self._one_at_a_time:
            sys.stderr.write(
                f"\nPlease {_ASKED[deed].upper()}: {self._base_url}/approve/{request_id}\n"
                "Enter when done, or a word if the gateway refuses: "
            )
            sys.stderr.flush()
            said = await anyio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)
            return Decided(accepted=said.strip() == "" and said != "", text=said.strip())
