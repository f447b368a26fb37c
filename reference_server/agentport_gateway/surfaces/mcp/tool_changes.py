"""Telling an organisation's clients that what they can call has changed, and nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcp.server.connection import Connection
    from mcp.server.context import ServerRequestContext
    from mcp.server.session import ServerSession


@dataclass(slots=True, eq=False)
class Stream:
    """One client's stream of changes, for sessions that are kept nowhere."""

    key_id: str
    ended: bool = False
    _rung: bool = False
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Something changed."""
        self._rung = True
        self._bell.set()

    def end(self) -> None:
        """Nothing more will be heard."""
        self.ended = True
        self._bell.set()

    async def wait(self, gone: asyncio.Task[None], seconds: float) -> bool:
        """Rest until a change, the end, the client's leaving, or for so long; whether there was a change."""
        bell = asyncio.create_task(self._bell.wait())
        try:
            await asyncio.wait({bell, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
        heard, self._rung = self._rung, False
        self._bell.clear()
        return heard


class ToolChanges:
    """The open sessions (handshake revisions) and listen streams (2026-07-28) of each organisation."""

    def __init__(self) -> None:
        self._sessions: dict[str, dict[Connection, ServerSession]] = {}
        self._buses: dict[str, InMemorySubscriptionBus] = {}
        self._handlers: dict[str, ListenHandler] = {}
        self._streams: dict[str, set[Stream]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def add_session(self, org_id: str, context: ServerRequestContext[Any, Any]) -> None:
        """Remember a session until it ends."""
        connection = context.session._connection  # noqa: SLF001 - the SDK offers no other way to hear its end
        sessions = self._sessions.setdefault(org_id, {})
        sessions[connection] = context.session
        connection.exit_stack.callback(sessions.pop, connection, None)

    @contextlib.contextmanager
    def stream(self, org_id: str, key_id: str) -> Iterator[Stream]:
        """A stream of the organisation's changes, while its client listens."""
        stream = Stream(key_id)
        streams = self._streams.setdefault(org_id, set())
        streams.add(stream)
        try:
            yield stream
        finally:
            streams.discard(stream)

    def streams_of(self, key_id: str) -> int:
        """How many streams a credential has open."""
        return sum(stream.key_id == key_id for streams in self._streams.values() for stream in streams)

    def end_streams_of(self, key_id: str) -> None:
        """End the streams of a credential that was revoked."""
        for streams in self._streams.values():
            for stream in streams:
                if stream.key_id == key_id:
                    stream.end()

    async def listen(
        self,
        org_id: str,
        context: ServerRequestContext[Any, Any],
        params: types.SubscriptionsListenRequestParams,
    ) -> types.SubscriptionsListenResult:
        """Serve one listen stream until its client leaves or the gateway stops."""
        handler = self._handlers.get(org_id)
        if handler is None:
            bus = self._buses[org_id] = InMemorySubscriptionBus()
            handler = self._handlers[org_id] = ListenHandler(bus)
        return await handler(context, params)

    def announce(self, org_id: str) -> None:
        """Tell the organisation's clients, without waiting for them."""
        task = asyncio.create_task(self._announce(org_id))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def close(self) -> None:
        """End the listen streams in an orderly way."""
        for handler in self._handlers.values():
            handler.close()
        for streams in self._streams.values():
            for stream in streams:
                stream.end()

    async def _announce(self, org_id: str) -> None:
        if (bus := self._buses.get(org_id)) is not None:
            await bus.publish(ToolsListChanged())
        for stream in self._streams.get(org_id, ()):
            stream.ring()
        notification = types.ToolListChangedNotification()
        for session in tuple(self._sessions.get(org_id, {}).values()):
            # A client that is gone or deaf must not keep the others from hearing.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await session.send_notification(notification)
