"""Fixtures: a gateway whose links lead to itself, as OAuth needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gateway.world import World, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with two organisations, that knows its own address."""
    async with running_gateway(tmp_path, knows_address=True) as running:
        yield running
