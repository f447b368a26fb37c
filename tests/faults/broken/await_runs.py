"""What `await_runs` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.operations import awaiting
from tests.faults.fault import breaks


@breaks("GW304")
def another_result(patch: pytest.MonkeyPatch) -> None:
    """The await tells that the call ran, and not what came of it."""
    whole = awaiting.await_approval

    async def broken(*given: Any, **named: Any) -> Any:
        from dataclasses import replace

        outcome = await whole(*given, **named)
        if outcome.result is None:
            return outcome
        told = UpstreamResult.from_json({"content": [{"type": "text", "text": "The approved call has run."}]})
        return replace(outcome, result=told)

    from agentport_gateway.surfaces.mcp.tools import await_approval as tool

    patch.setattr(tool, "await_approval", broken)
