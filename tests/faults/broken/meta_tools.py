"""What `meta_tools` has to see."""

from __future__ import annotations

import pytest

from agentport_gateway.surfaces.mcp import server
from tests.faults.fault import breaks


@breaks("GW201")
def a_tool_is_missing(patch: pytest.MonkeyPatch) -> None:
    """`get_auth_status` is not offered."""
    whole = server.meta_tools
    patch.setattr(server, "meta_tools", lambda: [tool for tool in whole() if tool.name != "get_auth_status"])
