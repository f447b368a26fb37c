"""The SDK's HTTP sessions, answering quick requests as JSON and waits as a stream, request by request."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

if TYPE_CHECKING:
    from mcp.server.auth.middleware.bearer_auth import AuthorizationContext
    from mcp.server.lowlevel import Server
    from starlette.types import Receive, Scope, Send

answer_as_json: ContextVar[bool] = ContextVar("answer_as_json", default=False)
"""Whether the request at hand is answered as one JSON body; set by the endpoint, which knows what it asks."""


class _Transport(StreamableHTTPServerTransport):
    """A session's transport whose answer mode is the request's, not the session's."""

    @property
    def is_json_response_enabled(self) -> bool:
        """The mode of the request at hand."""
        return answer_as_json.get()

    @is_json_response_enabled.setter
    def is_json_response_enabled(self, _value: bool) -> None:
        """The constructor's choice for all requests does not count."""


class Sessions(StreamableHTTPSessionManager):
    """The sessions of the handshake revisions, and the single exchanges of 2026-07-28."""

    def __init__(self, server: Server[Any], *, max_body_bytes: int, stateless: bool) -> None:
        super().__init__(server, max_request_body_size=max_body_bytes, stateless=stateless)
        self._ending: set[asyncio.Task[None]] = set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body is bounded already; the SDK's own entry would read it once more."""
        await self._handle_request(scope, receive, send)

    @property
    def json_response(self) -> bool:
        """The mode of the request at hand."""
        return answer_as_json.get()

    @json_response.setter
    def json_response(self, _value: bool) -> None:
        """The constructor's choice for all requests does not count."""

    def _admit_session(self, requestor: AuthorizationContext | None) -> StreamableHTTPServerTransport | None:
        transport = super()._admit_session(requestor)
        if transport is not None:
            # The SDK names the class itself; it can still be refined before the session serves anything.
            transport.__class__ = _Transport
        return transport

    def end_soon(self, client_id: str) -> None:
        """End every session that a credential opened, without waiting for it."""
        task = asyncio.get_running_loop().create_task(self.end_sessions_of(client_id))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def end_sessions_of(self, client_id: str) -> None:
        """End every session that a credential opened."""
        for session_id, owner in list(self._session_owners.items()):
            if owner["client_id"] == client_id and (transport := self._server_instances.get(session_id)):
                with anyio.CancelScope(shield=True):
                    await self._discard_session(session_id, transport)

    def opened_by(self, client_id: str) -> int:
        """How many sessions a credential has open."""
        return sum(1 for owner in self._session_owners.values() if owner["client_id"] == client_id)
