"""What `allow_tool` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import deciding
from agentport_gateway.store import policies
from agentport_gateway.surfaces.rest import tool_approvals
from tests.faults.fault import breaks


@breaks("GW310")
def only_from_now_on(patch: pytest.MonkeyPatch) -> None:
    """The tool is allowed, and the call that asked is left behind."""
    whole = deciding.decide

    async def broken(gateway: Any, human: Any, request_id: str, decision: Any, **named: Any) -> Any:
        if decision != "allow_tool":
            return await whole(gateway, human, request_id, decision, **named)
        request = await whole(gateway, human, request_id, "deny", **named)
        await gateway.database.write(
            lambda connection: policies.set_mode(
                connection,
                org_id=human.org_id,
                integration_id=request.integration_id,
                tool_name=request.tool_name,
                mode="allow",
                by=human.user_id,
                now=gateway.clock.now(),
            )
        )
        gateway.views.drop(human.org_id)
        return request

    patch.setattr(tool_approvals, "decide", broken)


@breaks("GW310")
def only_this_once(patch: pytest.MonkeyPatch) -> None:
    """The call runs, and the next one asks again."""
    whole = deciding.decide

    async def broken(gateway: Any, human: Any, request_id: str, decision: Any, **named: Any) -> Any:
        once = "approve_once" if decision == "allow_tool" else decision
        return await whole(gateway, human, request_id, once, **named)

    patch.setattr(tool_approvals, "decide", broken)
