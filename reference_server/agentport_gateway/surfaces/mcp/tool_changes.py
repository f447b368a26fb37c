"""Telling an organisation's clients that what they can call has changed, and nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

if TYPE_CHECKING:
    from mcp.server.connection import Connection
    from mcp.server.context import ServerRequestContext
    from mcp.server.session import ServerSession


class ToolChanges:
    """The open sessions (handshake revisions) and listen streams (2026-07-28) of each organisation."""

    def __init__(self) -> None:
        self._sessions: dict[str, dict[Connection, ServerSession]] = {}
        self._buses: dict[str, InMemorySubscriptionBus] = {}
        self._handlers: dict[str, ListenHandler] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def add_session(self, org_id: str, context: ServerRequestContext[Any, Any]) -> None:
        """Remember a session until it ends."""
        connection = context.session._connection  # noqa: SLF001 - the SDK offers no other way to hear its end
        sessions = self._sessions.setdefault(org_id, {})
        sessions[connection] = context.session
        connection.exit_stack.callback(sessions.pop, connection, None)

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

    async def _announce(self, org_id: str) -> None:
        if (bus := self._buses.get(org_id)) is not None:
            await bus.publish(ToolsListChanged())
        notification = types.ToolListChangedNotification()
        for session in tuple(self._sessions.get(org_id, {}).values()):
            # A client that is gone or deaf must not keep the others from hearing.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await session.send_notification(notification)
