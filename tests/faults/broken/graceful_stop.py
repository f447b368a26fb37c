"""What `graceful_stop` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.mcp.tools import await_approval
from agentport_gateway.waits import Waits
from tests.faults.fault import breaks


@breaks("GW606")
def stopping_is_a_fault(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits hears that something broke."""
    whole = await_approval.await_approval

    async def broken(gateway: Any, *given: Any, **more: Any) -> Any:
        outcome = await whole(gateway, *given, **more)
        if gateway.waits.closing:
            raise RuntimeError("shutting down")
        return outcome

    patch.setattr(await_approval, "await_approval", broken)


@breaks("GW606", poll_budget_seconds=30.0)
def waits_are_cut(patch: pytest.MonkeyPatch) -> None:
    """The server goes without a word to those who wait."""

    def broken(_waits: Any) -> None:
        return

    patch.setattr(Waits, "release", broken)
