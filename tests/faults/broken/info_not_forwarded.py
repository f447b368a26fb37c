"""What `info_not_forwarded` has to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentport_gateway.operations import calling
from tests.faults.fault import breaks


@breaks("GW501")
def info_is_forwarded(patch: pytest.MonkeyPatch) -> None:
    """What is meant for the human travels with the arguments."""
    whole = calling._call_upstream

    async def broken(gateway: Any, call: Any, connected: Any) -> Any:
        told = {"additional_info": call.additional_info} if call.additional_info else {}
        return await whole(gateway, replace(call, arguments={**call.arguments, **told}), connected)

    patch.setattr(calling, "_call_upstream", broken)
