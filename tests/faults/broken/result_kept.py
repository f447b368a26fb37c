"""What `result_kept` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain.outcomes import Outcome
from agentport_gateway.operations import awaiting
from tests.faults.fault import breaks


@breaks("GW312")
def told_once(patch: pytest.MonkeyPatch) -> None:
    """Whoever waited has the result, and later ones hear that it is spent."""
    whole = awaiting.wording.ended

    def broken(request: Any, now: Any) -> Any:
        outcome = whole(request, now)
        if outcome.name != "executed":
            return outcome
        told = f"Approval request '{request.id}' is 'consumed' and cannot be awaited."
        return Outcome(name="consumed", message=told, request_id=request.id)

    patch.setattr(awaiting.wording, "ended", broken)
