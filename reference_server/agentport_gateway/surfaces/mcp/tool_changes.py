"""Telling an organisation's clients that what they can call has changed, and nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import mcp_types as types

if TYPE_CHECKING:
    from mcp.server.connection import Connection
    from mcp.server.context import ServerRequestContext
    from mcp.server.session import ServerSession

    from agentport_gateway.surfaces.mcp.streams import Streams


class ToolChanges:
    """Those who hear: sessions that the SDK keeps, and the open streams."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._sessions: dict[str, dict[Connection, ServerSession]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def add_session(self, org_id: str, context: ServerRequestContext[Any, Any]) -> None:
        """Remember a session until it ends."""
        connection = context.session._connection  # noqa: SLF001 - the SDK offers no other way to hear its end
        sessions = self._sessions.setdefault(org_id, {})
        sessions[connection] = context.session
        connection.exit_stack.callback(sessions.pop, connection, None)

    def announce(self, org_id: str | None) -> None:
        """Tell the organisation's clients, None any organisation's, without waiting for them."""
        self._streams.tools_changed(org_id)
        task = asyncio.create_task(self._announce(org_id))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _announce(self, org_id: str | None) -> None:
        notification = types.ToolListChangedNotification()
        orgs = tuple(self._sessions) if org_id is None else (org_id,)
        for session in [session for org in orgs for session in self._sessions.get(org, {}).values()]:
            # A client that is gone or deaf must not keep the others from hearing.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await session.send_notification(notification)
