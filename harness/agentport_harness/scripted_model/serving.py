"""The scripted model's server on loopback: every wire format at its own path."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentport_harness.core.discovery import members
from agentport_harness.core.json_values import as_object
from agentport_harness.scripted_model import wires
from agentport_harness.scripted_model.conversation import Asked, Reply
from agentport_harness.scripted_model.wire import Wire
from agentport_harness.transports.loopback import listening

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LARGEST = 32 * 1024 * 1024
"""Bytes of a request that are read at most."""

Answer = Callable[[Asked], Awaitable[Reply]]
Heard = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelServer:
    """Where the scripted model is: its root, on 127.0.0.1."""

    base_url: str

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self.base_url.rpartition(":")[2])


@asynccontextmanager
async def serving(answer: Answer, heard: Heard = lambda _request: None) -> AsyncIterator[ModelServer]:
    """A running server that answers with ``answer``; ``heard`` is told of every request."""
    async with listening(application(answer, heard)) as base_url:
        yield ModelServer(base_url=base_url)


def application(answer: Answer, heard: Heard = lambda _request: None) -> Any:
    """The ASGI application."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, StreamingResponse
    from starlette.routing import Route

    known = members(wires, Wire)

    async def ask(request: Request) -> Response:
        path = request.url.path
        for wire in known:
            if wire.count_path and re.fullmatch(wire.count_path, path):
                return JSONResponse(wire.counts)
            matched = re.fullmatch(wire.path, path)
            if matched is None:
                continue
            told = await _body(request)
            if told is None:
                return JSONResponse({"error": {"message": "Expected a JSON object"}}, status_code=400)
            named = matched.groupdict()
            asked = wire.read(told, named.get("model", ""))
            streams = asked.streams if "method" not in named else named["method"].startswith("stream")
            heard({"path": path, "wire": wire.name, "model": asked.model, "body": told})
            reply = await answer(asked)
            reply_id = secrets.token_hex(8)
            if not streams:
                return JSONResponse(wire.whole(reply, reply_id))
            return StreamingResponse(wire.stream(reply, reply_id), media_type="text/event-stream")
        return JSONResponse({"error": {"message": f"no model at {path}"}}, status_code=404)

    return Starlette(routes=[Route("/{path:path}", ask, methods=["GET", "POST", "HEAD"])])


async def _body(request: Request) -> dict[str, Any] | None:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST:
            return None
        pieces.append(piece)
    raw = b"".join(pieces)
    if request.headers.get("content-encoding") == "zstd":
        import zstandard

        try:
            raw = zstandard.ZstdDecompressor().decompress(raw, max_output_size=LARGEST)
        except zstandard.ZstdError:
            return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return dict(as_object(value)) if isinstance(value, dict) else None
