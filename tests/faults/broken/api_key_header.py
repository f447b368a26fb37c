"""What `api_key_header` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.mcp.endpoint import McpEndpoint
from tests.faults.fault import breaks, wraps


@breaks("GW102")
def header_is_not_read(patch: pytest.MonkeyPatch) -> None:
    """Only bearer tokens are."""
    whole = McpEndpoint._agent

    async def broken(endpoint: Any, headers: dict[bytes, bytes]) -> Any:
        return await whole(endpoint, {name: value for name, value in headers.items() if name != b"x-api-key"})

    patch.setattr(McpEndpoint, "_agent", broken)


@wraps("GW102")
def rest_does_not_read_it(front: Any) -> Any:
    """The key opens MCP, and no door of the REST API."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"x-api-key"]}
        await front(scope, receive, send)

    return app
