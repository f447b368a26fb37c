"""Sessions of the handshake revisions that any of several workers serves: what one needs to know is in its id."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any

from agentport_gateway.surfaces.body import respond

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Message, Receive, Send

    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.surfaces.mcp.tool_changes import ToolChanges

_NONCE_BYTES = 16
_STREAMS_PER_KEY = 1_000
_STILL_THERE_SECONDS = 15.0
_LIST_CHANGED = json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}).encode()
_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class PortableSessions:
    """Opens sessions, recognises them, and keeps the streams over which their clients hear of changes."""

    def __init__(self, *, secret_key: str, changes: ToolChanges) -> None:
        self._key = hmac.digest(secret_key.encode(), b"sessions of several workers", "sha256")
        self._changes = changes

    def open(self, agent: Agent) -> str:
        """A new session's id: nobody can make one up, and it serves no other credential."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._seal(nonce, agent)).decode("ascii").rstrip("=")

    def knows(self, session_id: bytes, agent: Agent) -> bool:
        """Whether this is a session that the credential opened, with whichever worker."""
        try:
            raw = base64.urlsafe_b64decode(session_id + b"=" * (-len(session_id) % 4))
        except ValueError:
            return False
        return hmac.compare_digest(raw[_NONCE_BYTES:], self._seal(raw[:_NONCE_BYTES], agent))

    async def admit(
        self,
        agent: Agent,
        method: str,
        headers: Mapping[bytes, bytes],
        message: Any,
        receive: Receive,
        send: Send,
    ) -> Send | None:
        """How a request's answer is sent; None when it has been answered."""
        opens = isinstance(message, dict) and message.get("method") == "initialize"
        session_id = headers.get(b"mcp-session-id")
        if session_id is not None and not opens and not self.knows(session_id, agent):
            await respond(send, 404, _error("Session not found"))
            return None
        match method:
            case "POST":
                return self._naming(send, self.open(agent)) if opens else send
            case "GET":
                await self._stream(agent, headers, receive, send)
            case _:
                # Nothing is kept that a client could end.
                await respond(send, 405, _error("Sessions are not ended here"), ((b"allow", b"GET, POST"),))
        return None

    def _seal(self, nonce: bytes, agent: Agent) -> bytes:
        return hmac.digest(self._key, nonce + agent.key_id.encode(), "sha256")

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

    async def _stream(self, agent: Agent, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        if b"text/event-stream" not in headers.get(b"accept", b""):
            await respond(send, 406, _error("Not Acceptable: the client must accept text/event-stream"))
            return
        if self._changes.streams_of(agent.key_id) >= _STREAMS_PER_KEY:
            await respond(send, 429, {"detail": "this API key has too many streams open"})
            return
        gone = asyncio.create_task(_until_gone(receive))
        try:
            with self._changes.stream(agent.org_id, agent.key_id) as stream:
                await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
                news = b": listening\n\n"
                while not (gone.done() or stream.ended):
                    await send({"type": "http.response.body", "body": news, "more_body": True})
                    heard = await stream.wait(gone, _STILL_THERE_SECONDS)
                    news = b"event: message\ndata: " + _LIST_CHANGED + b"\n\n" if heard else b": still here\n\n"
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _error(words: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": words}}
