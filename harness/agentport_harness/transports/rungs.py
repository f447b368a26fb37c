"""Clients that can do more than read a result: they open pages, or poll tasks, when a human has to approve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import mcp_types as types
from mcp.client.extension import ClientExtension, ResultClaim

from agentport_harness.core.json_values import JSON, as_object, as_text

TASKS = "io.modelcontextprotocol/tasks"


class Task(types.Result):
    """A task in place of a result."""

    result_type: Literal["task"] = "task"
    task_id: str
    status: str
    status_message: str | None = None
    poll_interval_ms: int | None = None


class TaskState(types.Result):
    """What became of a task; ``result`` is the call's own once it is completed."""

    status: str
    status_message: str | None = None
    poll_interval_ms: int | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class TaskParams(types.RequestParams):
    """Which task."""

    task_id: str


class GetTask(types.Request[TaskParams, Literal["tasks/get"]]):
    """Asks for a task's state."""

    method: Literal["tasks/get"] = "tasks/get"
    params: TaskParams


class PollsTasks(ClientExtension):
    """Declares that tasks are taken. They are handed over as they come, for checks to poll."""

    identifier = TASKS

    def claims(self) -> Sequence[ResultClaim[Any]]:
        return (ResultClaim(result_type="task", model=Task, resolve=_handed_over),)


async def _handed_over(_task: Task, _context: Any) -> types.CallToolResult:
    raise RuntimeError("tasks are not resolved by the client")


async def _opens_nothing(_context: Any, _params: Any) -> types.ElicitResult:
    return types.ElicitResult(action="cancel")


def declared(rung: str) -> dict[str, Any]:
    """What a client of this rung is made with, beside the rest."""
    match rung:
        case "elicitation":
            return {"elicitation_callback": _opens_nothing}
        case "tasks":
            return {"extensions": (PollsTasks(),)}
        case _:
            return {}


def accepted(pending: JSON) -> Mapping[str, Any]:
    """How a call is made again whose required input was given: every page was opened."""
    told = as_object(pending)
    opened = types.ElicitResult(action="accept")
    return {
        "input_responses": dict.fromkeys(as_object(told.get("inputRequests")), opened),
        "request_state": as_text(told.get("requestState")) or None,
    }
