"""Tasks whose client listens instead of polling: each is awaited for it, and told whenever it changes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from agentport_gateway.store import approvals
from agentport_gateway.surfaces.mcp import tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.context import ServerRequestContext
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.mcp.streams import Message

_LOGGER = logging.getLogger("agentport_gateway.mcp")
_TASKS_PER_STREAM = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


async def wanted(
    gateway: Gateway, context: ServerRequestContext[Any, Any], agent: Agent, notifications: types.SubscriptionFilter
) -> list[str]:
    """The tasks to follow: of those that the client names, the ones it may know of. Raises MCPError."""
    named: Any = (notifications.model_extra or {}).get("taskIds")
    if not named or "tasks" not in gateway.settings.wait_rungs:
        return []
    tasks.require(context)
    if not isinstance(named, list) or not all(isinstance(task_id, str) for task_id in named):
        raise MCPError(types.INVALID_PARAMS, "taskIds: expected a list of strings")

    def known(connection: Connection) -> list[str]:
        return [
            task_id
            for task_id in dict.fromkeys(named[:_TASKS_PER_STREAM])
            if approvals.find(connection, org_id=agent.org_id, request_id=task_id.lower()) is not None
        ]

    return await gateway.database.read(known)


async def follow(gateway: Gateway, agent: Agent, task_id: str, say: Callable[[Message], None]) -> None:
    """Run the task's call once it is approved, as polling would, and say what became of it, until that is final."""
    pause = _FIRST_PAUSE
    while not gateway.waits.closing:
        try:
            state = await tasks.state_of(gateway, agent, task_id, timeout_seconds=None)
        except Exception:
            _LOGGER.exception("a task could not be followed; it is tried again")
        else:
            if state is None:
                return
            if not state.waits:
                say({"method": "notifications/tasks", "params": state.wire})
                if state.wire["status"] != "working":
                    return
            elif not gateway.waits.closing:
                continue
        # What could not be reached is tried again, more and more patiently.
        with gateway.waits.listening(task_id.lower()) as listener:
            await listener.wait(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
