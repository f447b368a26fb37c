"""Sessions of the handshake revisions that any of several workers serves: what one needs to know is in its id."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentport_gateway.surfaces.body import respond
from agentport_gateway.surfaces.mcp.ladder import SHARED_SESSION
from agentport_gateway.surfaces.mcp.listening import STREAMS_PER_KEY
from agentport_gateway.surfaces.mcp.pages import SharedPages
from agentport_gateway.surfaces.mcp.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Message, Receive, Scope, Send

    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.mcp.streams import Streams

_NONCE_BYTES = 16
_STILL_THERE_SECONDS = 15.0
_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a session's id says: its name, which gives nobody access, and what its client can do."""

    name: str
    opens_pages: bool = False


class PortableSessions:
    """Opens sessions, recognises them, and keeps the streams over which their clients hear of changes."""

    def __init__(self, gateway: Gateway, streams: Streams) -> None:
        self._gateway = gateway
        self._key = hmac.digest(gateway.settings.secret_key.encode(), b"sessions of several workers", "sha256")
        self._streams = streams

    def open(self, agent: Agent, *, opens_pages: bool = False) -> str:
        """A new session's id: nobody can make one up, and it serves no other credential."""
        said = secrets.token_bytes(_NONCE_BYTES) + bytes([opens_pages])
        return base64.urlsafe_b64encode(said + self._seal(said, agent)).decode("ascii").rstrip("=")

    def read(self, session_id: bytes, agent: Agent) -> Session | None:
        """The session, if the credential opened it, with whichever worker."""
        try:
            raw = base64.urlsafe_b64decode(session_id + b"=" * (-len(session_id) % 4))
        except ValueError:
            return None
        said, seal = raw[: _NONCE_BYTES + 1], raw[_NONCE_BYTES + 1 :]
        if not hmac.compare_digest(seal, self._seal(said, agent)):
            return None
        return Session(name=said[:_NONCE_BYTES].hex(), opens_pages=said[-1:] == b"\x01")

    async def admit(
        self,
        agent: Agent,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        message: Any,
        receive: Receive,
        send: Send,
    ) -> tuple[Send, Scope] | None:
        """How a request's answer is sent, and the request with what its session knows; None when it was answered."""
        opens = isinstance(message, dict) and message.get("method") == "initialize"
        session_id = headers.get(b"mcp-session-id")
        session = None if session_id is None or opens else self.read(session_id, agent)
        if session is None and session_id is not None and not opens:
            await respond(send, 404, _error("Session not found"))
            return None
        match scope["method"]:
            case "POST" if opens:
                return self._naming(send, self.open(agent, opens_pages=_opens_pages(message))), scope
            case "POST":
                return send, {**scope, SHARED_SESSION: session}
            case "GET":
                await self._stream(agent, session, headers, receive, send)
            case _:
                # Nothing is kept that a client could end.
                await respond(send, 405, _error("Sessions are not ended here"), ((b"allow", b"GET, POST"),))
        return None

    def _seal(self, said: bytes, agent: Agent) -> bytes:
        return hmac.digest(self._key, said + agent.key_id.encode(), "sha256")

    @staticmethod
    def _naming(send: Send, session_id: str) -> Send:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message = {
                    **message,
                    "headers": [*message["headers"], (b"mcp-session-id", session_id.encode("ascii"))],
                }
            await send(message)

        return named

    async def _stream(
        self, agent: Agent, session: Session | None, headers: Mapping[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        if b"text/event-stream" not in headers.get(b"accept", b""):
            await respond(send, 406, _error("Not Acceptable: the client must accept text/event-stream"))
            return
        if self._streams.count_of(agent.key_id) >= STREAMS_PER_KEY:
            await respond(send, 429, {"detail": "this API key has too many streams open"})
            return
        stream = Stream(key_id=agent.key_id, session=session.name if session is not None else None)
        pages = SharedPages(self._gateway, agent, stream)
        gone = asyncio.create_task(_until_gone(receive))
        try:
            with self._streams.open(agent.org_id, stream):
                await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
                news = b": listening\n\n"
                while True:
                    await send({"type": "http.response.body", "body": news, "more_body": True})
                    if gone.done() or stream.ended:
                        break
                    await pages.look()
                    await _first_of(stream, gone)
                    news = b"".join(map(_event, stream.take())) or b": still here\n\n"
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            pages.end()
            gone.cancel()


async def _first_of(stream: Stream, gone: asyncio.Task[None]) -> None:
    """Rest until the stream has news, the client left, or it is time for a sign of life."""
    rung = asyncio.create_task(stream.rung())
    try:
        await asyncio.wait({rung, gone}, timeout=_STILL_THERE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        rung.cancel()


def _event(message: dict[str, Any]) -> bytes:
    return b"event: message\ndata: " + json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n\n"


def _opens_pages(message: dict[str, Any]) -> bool:
    found: Any = message
    for name in ("params", "capabilities", "elicitation", "url"):
        found = found.get(name) if isinstance(found, dict) else None
    return found is not None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _error(words: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": words}}
