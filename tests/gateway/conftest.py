"""Fixtures: a gateway that runs in the test's own event loop, on loopback, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .world import World, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with two organisations, the demonstration's integrations and a hand-moved clock."""
    async with running_gateway(tmp_path) as running:
        yield running
