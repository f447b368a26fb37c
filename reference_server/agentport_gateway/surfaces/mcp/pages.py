"""Telling clients at 2025-11-25 that the page which they were asked to open has done its work."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from agentport_gateway.domain.approvals import next_step
from agentport_gateway.operations.reporting import await_status
from agentport_gateway.store import page_requests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.server.context import ServerRequestContext

    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.mcp.streams import Stream

_LOGGER = logging.getLogger("agentport_gateway.mcp")


class Pages:
    """Follows requests for sessions that the SDK keeps: the session's end ends that."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._telling: dict[Any, set[str]] = {}

    def asked(self, context: ServerRequestContext[Any, Any], agent: Agent, request_id: str) -> None:
        """The session's client was asked to open the request's page."""
        connection = context.session._connection  # noqa: SLF001 - the SDK offers no other way to hear its end
        told = self._telling.setdefault(connection, set())
        if request_id in told:
            return
        told.add(request_id)
        task = asyncio.create_task(
            until_decided(self._gateway, agent, request_id, context.session.send_elicit_complete)
        )
        task.add_done_callback(lambda _: told.discard(request_id))
        if len(told) == 1:
            connection.exit_stack.callback(self._telling.pop, connection, None)
        connection.exit_stack.callback(task.cancel)


class SharedPages:
    """Follows requests for the stream of a session that several workers share: what it asked for is in the database."""

    def __init__(self, gateway: Gateway, agent: Agent, stream: Stream) -> None:
        self._gateway = gateway
        self._agent = agent
        self._stream = stream
        self._following: dict[str, asyncio.Task[None]] = {}

    async def look(self) -> None:
        """Follow whatever the session asked for, on this worker or another."""
        session = self._stream.session
        if session is None or not self._stream.looks_again:
            return
        self._stream.looks_again = False
        try:
            asked = await self._gateway.database.read(lambda connection: page_requests.of_session(connection, session))
        except Exception:
            _LOGGER.exception("what a session asked for could not be read; it is tried again")
            self._stream.looks_again = True
            return
        for request_id in asked:
            if request_id not in self._following:
                self._following[request_id] = asyncio.create_task(self._follow(session, request_id))

    def end(self) -> None:
        """Follow nothing any more."""
        for task in self._following.values():
            task.cancel()

    async def _follow(self, session: str, request_id: str) -> None:
        async def tell(elicitation_id: str) -> None:
            params = {"elicitationId": elicitation_id}
            self._stream.say({"method": "notifications/elicitation/complete", "params": params})
            await self._gateway.database.write(
                lambda connection: page_requests.told(connection, session=session, request_id=elicitation_id),
                durable=False,
            )

        try:
            await until_decided(self._gateway, self._agent, request_id, tell)
        except Exception:
            _LOGGER.exception("a request could not be followed; it is tried again")
            self._stream.looks_again = True
        finally:
            self._following.pop(request_id, None)


async def until_decided(
    gateway: Gateway, agent: Agent, request_id: str, tell: Callable[[str], Awaitable[None]]
) -> None:
    """Tell when the request is no longer undecided, unless the gateway stops before."""
    while not gateway.waits.closing:
        found = await await_status(gateway, agent, request_id, timeout_seconds=None)
        if found is None:
            return
        if next_step(found, gateway.clock.now()) != "wait_for_decision":
            await tell(request_id)
            return
