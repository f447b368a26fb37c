"""What `bounded_asking` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import calling
from agentport_gateway.store import approvals
from tests.faults.fault import breaks


@breaks("GW608", max_pending_per_key=10**6)
def no_limit(patch: pytest.MonkeyPatch) -> None:
    """One key may ask as often as it likes."""


@breaks("GW608")
def one_limit_for_all(patch: pytest.MonkeyPatch) -> None:
    """Who asks too often takes it from everybody."""
    whole = calling._write_request
    full: list[bool] = []

    async def broken(*given: Any) -> Any:
        if full:
            raise approvals.TooManyPendingError
        try:
            return await whole(*given)
        except approvals.TooManyPendingError:
            full.append(True)
            raise

    patch.setattr(calling, "_write_request", broken)
