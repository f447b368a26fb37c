"""What `await_expired` has to see."""

from __future__ import annotations

import pytest

from agentport_gateway.operations import awaiting
from tests.faults.fault import breaks


@breaks("GW308")
def expired_shown_as_pending(patch: pytest.MonkeyPatch) -> None:
    """A request that expired is awaited like any other."""
    whole = awaiting.next_step
    patch.setattr(
        awaiting,
        "next_step",
        lambda request, now: "wait_for_decision" if request.status == "pending" else whole(request, now),
    )
