"""What `unauthenticated` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.body import respond
from agentport_gateway.surfaces.mcp.endpoint import McpEndpoint
from tests.faults.fault import breaks


@breaks("GW104")
def no_challenge(patch: pytest.MonkeyPatch) -> None:
    """401 without a word on where to sign in."""

    async def broken(_endpoint: Any, send: Any) -> None:
        await respond(send, 401, {"error": "invalid_token"})

    patch.setattr(McpEndpoint, "_unauthorized", broken)


@breaks("GW104")
def revoked_keys_live_on(patch: pytest.MonkeyPatch) -> None:
    """Revoking a key says that it is done, and does nothing."""
    from agentport_gateway.surfaces.rest import api_keys

    async def broken(*_given: Any) -> bool:
        return True

    patch.setattr(api_keys, "revoke_key", broken)
