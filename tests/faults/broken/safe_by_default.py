"""What `safe_by_default` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import calling
from agentport_gateway.upstreams.rest_api import RestApi
from tests.faults.fault import breaks


@breaks("GW301")
def reads_of_an_api_run_at_once(patch: pytest.MonkeyPatch) -> None:
    """A GET is taken to be harmless."""
    whole = calling._ask

    async def broken(gateway: Any, call: Any, view: Any, connected: Any, verdict: Any) -> Any:
        place = (call.integration_id, call.tool_name)
        if isinstance(gateway.upstreams.of(connected), RestApi) and place not in view.modes:
            return await calling._run_allowed(gateway, call, connected, verdict)
        return await whole(gateway, call, view, connected, verdict)

    patch.setattr(calling, "_ask", broken)
