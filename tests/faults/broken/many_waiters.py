"""What `many_waiters` has to see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agentport_gateway.surfaces.mcp.tools import await_approval, call_tool
from tests.faults.fault import breaks


@breaks("GW604")
def waits_hold_connections(patch: pytest.MonkeyPatch) -> None:
    """Each wait takes one of a pool's places, and a call needs one."""
    pool = asyncio.Semaphore(8)
    for module, name in ((await_approval, "await_approval"), (call_tool, "call")):
        patch.setattr(module, name, _pooled(getattr(module, name), pool))


def _pooled(whole: Any, pool: asyncio.Semaphore) -> Any:
    async def broken(*given: Any, **more: Any) -> Any:
        async with pool:
            return await whole(*given, **more)

    return broken
