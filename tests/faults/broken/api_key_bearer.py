"""What `api_key_bearer` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.mcp.endpoint import McpEndpoint
from tests.faults.fault import breaks


@breaks("GW103")
def keys_are_no_tokens(patch: pytest.MonkeyPatch) -> None:
    """An API key is accepted in its own header alone."""
    whole = McpEndpoint._agent

    async def broken(endpoint: Any, headers: dict[bytes, bytes]) -> Any:
        return await whole(endpoint, {name: value for name, value in headers.items() if name != b"authorization"})

    patch.setattr(McpEndpoint, "_agent", broken)


@breaks("GW103")
def scheme_in_one_case(patch: pytest.MonkeyPatch) -> None:
    """`bearer` is not taken for `Bearer`."""
    whole = McpEndpoint._agent

    async def broken(endpoint: Any, headers: dict[bytes, bytes]) -> Any:
        return None if headers.get(b"authorization", b"").startswith(b"bearer") else await whole(endpoint, headers)

    patch.setattr(McpEndpoint, "_agent", broken)
