"""What `endpoint` has to see."""

from __future__ import annotations

from typing import Any

from tests.faults.fault import wraps


@wraps("GW101")
def slash_redirects(front: Any) -> Any:
    """`/mcp/` leads to `/mcp` by a redirect."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/mcp/":
            await send({"type": "http.response.start", "status": 307, "headers": [(b"location", b"/mcp")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await front(scope, receive, send)

    return app
