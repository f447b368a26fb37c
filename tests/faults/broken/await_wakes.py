"""What `await_wakes` has to see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agentport_gateway.waits import Listener
from tests.faults.fault import breaks


@breaks("GW305", poll_budget_seconds=4.0)
def news_travels_slowly(patch: pytest.MonkeyPatch) -> None:
    """Waiters look again now and then."""
    whole = Listener.tell

    def broken(listener: Any) -> None:
        asyncio.get_running_loop().call_later(1.8, whole, listener)

    patch.setattr(Listener, "tell", broken)
