"""Two bare hops: a bare server whose tool calls another server through one open session of the SDK's client."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

import mcp_types as types
import uvicorn
from mcp.client import Client
from mcp.server.lowlevel import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def build(url: str) -> Any:
    """The relay as an ASGI application."""

    @contextlib.asynccontextmanager
    async def lifespan(_server: Any) -> AsyncIterator[Client]:
        async with Client(url, cache=None) as client:
            await client.list_tools()
            yield client

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name="act", input_schema={"type": "object"})])

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        result: types.CallToolResult = await context.lifespan_context.call_tool(params.name, params.arguments)
        return result

    server: Any = Server("relay", lifespan=lifespan, on_list_tools=list_tools, on_call_tool=call_tool)
    return server.streamable_http_app(json_response=True)


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2]), port=int(sys.argv[1]), log_level="warning", ws="none")
