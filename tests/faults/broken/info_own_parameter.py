"""What `info_own_parameter` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.upstreams.remote_mcp import RemoteMcp
from tests.faults.fault import breaks


@breaks("GW503")
def own_parameter_is_stripped(patch: pytest.MonkeyPatch) -> None:
    """Whatever is named like the words for the human is taken for them."""
    whole = RemoteMcp.call

    async def broken(upstream: Any, tool_name: str, arguments: Any) -> Any:
        rest = {name: value for name, value in arguments.items() if name != "additional_info"}
        return await whole(upstream, tool_name, rest)

    patch.setattr(RemoteMcp, "call", broken)
