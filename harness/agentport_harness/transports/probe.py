"""The probe: an MCP server and a REST API of the harness's own that record every byte and misbehave on request.

It is written by hand, not on an SDK, because it must see what really came and be able to answer what no SDK would.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import anyio
from anyio.lowlevel import checkpoint

from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.transports.loopback import listening

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Fault: TypeAlias = Literal["", "hang_up", "garbage", "huge", "status_500", "never", "rpc_error"]
HUGE = 64 * 1024 * 1024
"""Bytes of a huge answer."""
_REVISION = "2025-06-18"
_OPEN_SCHEMA: Mapping[str, JSON] = {"type": "object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One call that reached the probe: its arguments, and the request's very bytes."""

    arguments: JSON
    body: bytes
    method: str = "POST"
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How a tool or route of the probe answers, changeable at any time, and what has reached it.

    ``result`` is the MCP result or, of an API, the JSON body. ``delay`` is in seconds. While ``held`` is set, and not
    released, calls get no answer. ``fault`` misbehaves instead of answering.
    """

    result: Mapping[str, JSON] = field(default_factory=lambda: {"content": [{"type": "text", "text": "done"}]})
    status: int = 200
    delay: float = 0.0
    fault: Fault = ""
    held: anyio.Event | None = None
    received: list[Received] = field(default_factory=list)
    arrived: anyio.Event = field(default_factory=anyio.Event)

    def hold(self) -> anyio.Event:
        """Let calls wait until the event that is returned is set."""
        self.held = anyio.Event()
        return self.held


@dataclass(slots=True, kw_only=True)
class ProbeTool(Behaviour):
    """A tool of the probe's MCP server."""

    name: str = "act"
    description: str = "Acts, and tells that it did."
    input_schema: Mapping[str, JSON] = field(default_factory=lambda: dict(_OPEN_SCHEMA))
    output_schema: Mapping[str, JSON] | None = None
    annotations: Mapping[str, JSON] | None = None


Reached: TypeAlias = Callable[[str, JSON], None]


def nobody(_tool: str, _arguments: JSON) -> None:
    """Nobody is told of calls."""


class Probe:
    """Upstreams by key: an MCP server at ``<base>/<key>/mcp``, or an API below ``<base>/<key>/api``."""

    def __init__(self) -> None:
        self.base_url = ""
        self.asked = 0
        """Requests that came, of whatever kind."""
        self._servers: dict[str, dict[str, tuple[ProbeTool, Reached]]] = {}
        self._apis: dict[str, tuple[Behaviour, Reached]] = {}

    def serve(self, key: str, tools: tuple[ProbeTool, ...], reached: Reached) -> str:
        """Serve tools under a key; the URL to install."""
        self._servers[key] = {tool.name: (tool, reached) for tool in tools}
        return f"{self.base_url}/{key}/mcp"

    def put(self, key: str, tool: ProbeTool, reached: Reached) -> None:
        """Serve this tool under a key in place of the one of its name."""
        self._servers[key][tool.name] = (tool, reached)

    def serve_api(self, key: str, behaviour: Behaviour, reached: Reached) -> str:
        """Answer every request below the URL that is returned."""
        self._apis[key] = (behaviour, reached)
        return f"{self.base_url}/{key}/api"

    def remove(self, key: str) -> None:
        """Serve it no longer."""
        self._servers.pop(key, None)
        self._apis.pop(key, None)

    async def __call__(self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        """The ASGI application."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        self.asked += 1
        key, _, rest = scope["path"].strip("/").partition("/")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        seen = Received(
            arguments=None,
            body=body,
            method=scope["method"],
            path=scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
        )
        if key in self._servers and rest == "mcp":
            await self._rpc(self._servers[key], seen, send)
        elif key in self._apis:
            behaviour, reached = self._apis[key]
            arguments = _json(body) if body else None
            _note(behaviour, seen, arguments)
            reached(f"{seen.method} {seen.path}{'?' if seen.query else ''}{seen.query}", arguments)
            await _behave(behaviour, behaviour.result, send)
        else:
            await _respond(send, 404, {"detail": "nothing is served here"})

    async def _rpc(self, tools: Mapping[str, tuple[ProbeTool, Reached]], seen: Received, send: Send) -> None:
        message = _json(seen.body)
        if seen.method != "POST" or not isinstance(message, dict):
            await _respond(send, 405, {"detail": "JSON-RPC by POST only"})
            return
        if "id" not in message:
            await _respond(send, 202, None)
            return
        params = as_object(message.get("params"))
        served = tools.get(str(params.get("name")))
        if message.get("method") == "tools/call" and served is not None:
            tool, reached = served
            arguments = params.get("arguments", {})
            _note(tool, seen, arguments)
            reached(tool.name, arguments)
            if tool.fault == "rpc_error":
                await _respond(send, 200, _error(message["id"], -32603, "the probe fails on purpose"))
            else:
                await _behave(tool, {"jsonrpc": "2.0", "id": message["id"], "result": tool.result}, send)
            return
        await _respond(send, 200, _answered(message, [tool for tool, _ in tools.values()]))


def _answered(message: Mapping[str, Any], tools: Sequence[ProbeTool]) -> Mapping[str, JSON]:
    result: Mapping[str, JSON]
    match message.get("method"):
        case "initialize":
            result = {
                "protocolVersion": message.get("params", {}).get("protocolVersion", _REVISION),
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "agentport-conformance-probe", "version": "1"},
            }
        case "ping":
            result = {}
        case "tools/list":
            result = {"tools": [_listed(tool) for tool in tools]}
        case _:
            return _error(message["id"], -32601, f"no method {message.get('method')}")
    return {"jsonrpc": "2.0", "id": message["id"], "result": result}


def _listed(tool: ProbeTool) -> Mapping[str, JSON]:
    told: dict[str, JSON] = {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": dict(tool.input_schema),
    }
    if tool.annotations:
        told["annotations"] = dict(tool.annotations)
    return told | ({"outputSchema": dict(tool.output_schema)} if tool.output_schema else {})


def _note(behaviour: Behaviour, seen: Received, arguments: JSON) -> None:
    behaviour.received.append(
        Received(
            arguments=arguments,
            body=seen.body,
            method=seen.method,
            path=seen.path,
            query=seen.query,
            headers=seen.headers,
        )
    )
    behaviour.arrived.set()


async def _behave(behaviour: Behaviour, answer: Mapping[str, JSON], send: Send) -> None:
    if behaviour.held is not None:
        await behaviour.held.wait()
    await anyio.sleep(behaviour.delay)
    match behaviour.fault:
        case "never":
            await anyio.sleep_forever()
        case "status_500":
            await _respond(send, 500, {"detail": "the probe fails on purpose"})
        case "garbage":
            await _start(send, 200, "text/html")
            await send({"type": "http.response.body", "body": b"<html>this is not JSON-RPC</html>"})
        case "hang_up":
            await _start(send, 200, "application/json", length=1000)
            await send({"type": "http.response.body", "body": b'{"jsonrpc":', "more_body": False})
        case "huge":
            await _start(send, 200, "application/json")
            await send({"type": "http.response.body", "body": b'{"jsonrpc":"2.0","id":0,"x":"', "more_body": True})
            for _ in range(HUGE // 65_536):
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
                await checkpoint()  # else nobody tells it that the line is gone, and each write complains of that
            await send({"type": "http.response.body", "body": b'"}'})
        case _:
            await _respond(send, behaviour.status, answer)


async def _respond(send: Send, status: int, body: Mapping[str, JSON] | None) -> None:
    await _start(send, status, "application/json")
    await send({"type": "http.response.body", "body": b"" if body is None else json.dumps(body).encode()})


async def _start(send: Send, status: int, kind: str, *, length: int | None = None) -> None:
    headers = [(b"content-type", kind.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _error(id_: JSON, code: int, message: str) -> Mapping[str, JSON]:
    return {"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


@asynccontextmanager
async def probing(host: str = "127.0.0.1", port: int = 0, url: str = "") -> AsyncIterator[Probe]:
    """A running probe. ``url`` is its base as the gateway sees it, where that is not where it listens."""
    probe = Probe()
    async with listening(probe, host, port) as base_url:
        probe.base_url = (url or base_url).rstrip("/")
        yield probe
