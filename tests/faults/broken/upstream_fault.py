"""What `upstream_fault` has to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentport_gateway.domain.outcomes import Outcome, UpstreamResult
from agentport_gateway.operations import awaiting, calling
from tests.faults.fault import breaks


@breaks("GW601", upstream_timeout_seconds=600.0)
def slow_upstreams_are_waited_for(patch: pytest.MonkeyPatch) -> None:
    """An upstream has ten minutes."""


@breaks("GW601")
def failures_look_like_results(patch: pytest.MonkeyPatch) -> None:
    """What an upstream failed with is its answer."""
    whole = calling._call_upstream

    async def broken(gateway: Any, call: Any, connected: Any) -> Outcome:
        outcome = await whole(gateway, call, connected)
        if outcome.name == "executed":
            return outcome
        told = {"content": [{"type": "text", "text": outcome.message}]}
        return Outcome(name="executed", result=UpstreamResult.from_json(told))

    patch.setattr(calling, "_call_upstream", broken)


@breaks("GW601")
def failed_approvals_stay_pending(patch: pytest.MonkeyPatch) -> None:
    """Who asks again hears that it goes on."""
    whole = awaiting.wording.ended

    def broken(request: Any, now: Any) -> Outcome:
        outcome = whole(request, now)
        if outcome.name not in ("upstream_failed", "outcome_unknown"):
            return outcome
        return replace(outcome, name="still_pending", message=f"Still pending: request {request.id}.")

    patch.setattr(awaiting.wording, "ended", broken)
