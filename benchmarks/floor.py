"""The floor: a bare MCP server on the same SDK, with a tool that does nothing. Serves until it is killed."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server.lowlevel import Server


def build(*, as_json: bool) -> Any:
    """The bare server as an ASGI application; its tool `wait` answers when anything calls `wake`."""
    schema = {"type": "object"}
    woken = asyncio.Event()

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        names = ("act", "wait", "wake")
        return types.ListToolsResult(tools=[types.Tool(name=name, input_schema=schema) for name in names])

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name == "wait":
            await woken.wait()
        if params.name == "wake":
            woken.set()
        return types.CallToolResult(content=[types.TextContent(text="done")])

    server = Server("floor", on_list_tools=list_tools, on_call_tool=call_tool)
    return server.streamable_http_app(json_response=as_json)


if __name__ == "__main__":
    uvicorn.run(build(as_json=sys.argv[2] == "json"), port=int(sys.argv[1]), log_level="warning", ws="none")
