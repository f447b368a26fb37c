"""The upstream that transcripts script: one MCP server, a path for each integration, every call recorded."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import anyio

from agentport_harness.core.json_values import JSON
from agentport_harness.core.transcript import Integration, ScriptedTool
from agentport_harness.transports.loopback import listening
from agentport_harness.transports.sign_in_wanted import RESOURCE, sign_in_answer

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Reached: TypeAlias = Callable[[str, JSON], None]
"""Called with tool name and arguments when a call reaches the upstream."""


class ScriptedUpstreams:
    """Integrations by key, each an MCP endpoint at ``<base>/<key>/mcp``."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._scripted: dict[str, tuple[dict[str, ScriptedTool], Reached]] = {}
        self._want_sign_in: set[str] = set()

    def add(self, key: str, integration: Integration, reached: Reached) -> str:
        """Serve an integration under ``key`` and return its URL."""
        self._scripted[key] = ({tool.name: tool for tool in integration.tools}, reached)
        if integration.sign_in:
            self._want_sign_in.add(key)
        return f"{self.base_url}/{key}/mcp"

    def remove(self, key: str) -> None:
        """Serve it no longer."""
        self._scripted.pop(key, None)
        self._want_sign_in.discard(key)

    def tools(self, path: str) -> tuple[dict[str, ScriptedTool], Reached]:
        """The tools served at a request's path; none at an unknown one."""
        return self._scripted.get(_key(path), ({}, lambda _tool, _arguments: None))

    def wants_sign_in(self, path: str) -> bool:
        """Whether a request's path is of an integration that wants a sign-in, its metadata included."""
        return _key(path.removeprefix(RESOURCE)) in self._want_sign_in


def _key(path: str) -> str:
    return path.strip("/").partition("/")[0]


@asynccontextmanager
async def scripted_upstreams(host: str = "127.0.0.1") -> AsyncIterator[ScriptedUpstreams]:
    """A running server, on a free port of ``host``; it stops when the context ends."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    upstreams = ScriptedUpstreams("")
    manager = StreamableHTTPSessionManager(app=_server(upstreams), json_response=True, stateless=True)
    async with manager.run(), listening(_asgi(upstreams, manager.handle_request), host) as base_url:
        upstreams.base_url = base_url
        yield upstreams


def _server(upstreams: ScriptedUpstreams) -> Any:
    import mcp_types as types
    from mcp.server import Server

    async def list_tools(context: Any, _params: Any) -> types.ListToolsResult:
        tools, _ = upstreams.tools(context.request.url.path)
        return types.ListToolsResult(
            tools=[
                types.Tool(name=tool.name, description=tool.description, input_schema=dict(tool.input_schema))
                for tool in tools.values()
            ]
        )

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tools, reached = upstreams.tools(context.request.url.path)
        tool = tools.get(params.name)
        if tool is None:
            return types.CallToolResult(content=[types.TextContent(text=f"no tool {params.name}")], is_error=True)
        reached(tool.name, params.arguments or {})
        await anyio.sleep(tool.delay)
        return types.CallToolResult(
            content=[types.TextContent(text=tool.text)] if tool.text else [],
            structured_content=tool.structured,
            is_error=tool.is_error,
        )

    return Server("scripted-upstream", on_list_tools=list_tools, on_call_tool=call_tool)


def _asgi(upstreams: ScriptedUpstreams, answer: Callable[[Scope, Receive, Send], Awaitable[None]]) -> Any:
    """The server with the scripted faults in front of it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        path = scope["path"]
        wanted = upstreams.wants_sign_in(path)
        refusal = sign_in_answer(upstreams.base_url, scope["method"], path, body, wanted=wanted)
        if refusal is not None:
            named = {"content-type": "application/json", **refusal.headers}
            headers = [(name.encode(), value.encode()) for name, value in named.items()]
            await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(refusal.body).encode()})
            return
        fault = _fault(upstreams, path, body)
        if fault == "garbage":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": b"<html>this is not JSON-RPC</html>"})
            return
        if fault == "hang_up":
            headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"jsonrpc":', "more_body": False})
            return
        read = False

        async def replay() -> MutableMapping[str, Any]:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": body, "more_body": False}

        await answer(scope, replay, send)

    return app


def _fault(upstreams: ScriptedUpstreams, path: str, body: bytes) -> str:
    try:
        message = json.loads(body)
        called = message["params"]["name"] if message["method"] == "tools/call" else ""
    except (ValueError, KeyError, TypeError):
        return ""
    tools, reached = upstreams.tools(path)
    tool = tools.get(called)
    if tool is not None and tool.fault:
        reached(tool.name, message["params"].get("arguments", {}))
        return tool.fault
    return ""
