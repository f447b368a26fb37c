"""The Tasks extension: an approval as a task that the client polls. The task's id is the request's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from agentport_gateway.operations.awaiting import await_approval
from agentport_gateway.operations.withdrawing import withdraw
from agentport_gateway.store import approvals
from agentport_gateway.surfaces.mcp.results import META_KEY, result_of
from agentport_gateway.surfaces.shown import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway

EXTENSION = "io.modelcontextprotocol/tasks"
_POLL_MS = 1000


class TaskParams(types.RequestParams):
    """Which task."""

    task_id: str


class UpdateTaskParams(TaskParams):
    """Answers to a task's questions; these tasks ask none."""

    input_responses: dict[str, Any] | None = None


def declared(context: ServerRequestContext[Any, Any]) -> bool:
    """Whether this request's client takes tasks."""
    capabilities = context.session.client_capabilities
    return (
        context.protocol_version in MODERN_PROTOCOL_VERSIONS
        and capabilities is not None
        and EXTENSION in (capabilities.extensions or {})
    )


def created(gateway: Gateway, facts: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """A call's answer: the task that stands for its approval."""
    now = instant(gateway.clock.now())
    return {
        "resultType": "task",
        "taskId": facts["request_id"],
        "status": "working",
        "statusMessage": f"A human must approve this call: {facts['approval_url']}",
        "createdAt": now,
        "lastUpdatedAt": now,
        "ttlMs": None,
        "pollIntervalMs": _POLL_MS,
        "_meta": result["_meta"],
    }


def serve_tasks(server: Server[Any], gateway: Gateway, agent_of: Callable[[Any], Agent]) -> None:
    """Let the server answer the extension's methods, and say so."""

    async def get(context: ServerRequestContext[Any, Any], params: TaskParams) -> dict[str, Any]:
        agent = agent_of(context)
        _check(context, params.task_id)
        # Polling is what runs an approved call, as awaiting does.
        state = await state_of(gateway, agent, params.task_id, timeout_seconds=0.0)
        if state is None:
            raise _unknown()
        return state.wire

    async def known(context: ServerRequestContext[Any, Any], params: TaskParams) -> Agent:
        _check(context, params.task_id)
        agent = agent_of(context)
        if await _find(gateway, agent, params.task_id) is None:
            raise _unknown()
        return agent

    async def update(context: ServerRequestContext[Any, Any], params: UpdateTaskParams) -> dict[str, Any]:
        await known(context, params)
        return {}

    async def cancel(context: ServerRequestContext[Any, Any], params: TaskParams) -> dict[str, Any]:
        agent = await known(context, params)
        await withdraw(gateway, agent, params.task_id.lower())
        return {}

    server.add_request_handler("tasks/get", TaskParams, get)
    server.add_request_handler("tasks/update", UpdateTaskParams, update)
    server.add_request_handler("tasks/cancel", TaskParams, cancel)
    server.extensions[EXTENSION] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A task as its client is to see it now."""

    wire: dict[str, Any]
    waits: bool
    """Whether it is where it was: the human's decision, or the end of its run, is still to come."""


async def state_of(gateway: Gateway, agent: Agent, task_id: str, *, timeout_seconds: float | None) -> State | None:
    """The task once it changed, or as it is when the time is up; None if the agent has no such task."""
    outcome = await await_approval(gateway, agent, task_id.lower(), timeout_seconds=timeout_seconds)
    request = await _find(gateway, agent, task_id)
    if request is None or outcome.name == "not_found":
        return None
    task: dict[str, Any] = {
        "taskId": request.id,
        "createdAt": instant(request.created_at),
        "lastUpdatedAt": instant(
            request.finished_at or request.consumed_at or request.decided_at or request.created_at
        ),
        "ttlMs": None,
        "pollIntervalMs": _POLL_MS,
    }
    if outcome.name == "still_pending" or outcome.details.get("approval_kept"):
        # What the upstream never got is tried again, for as long as the approval lasts.
        working = {**task, "status": "working", "statusMessage": outcome.message}
        return State(wire=working, waits=outcome.name == "still_pending")
    if request.end_reason == "withdrawn":
        return State(wire={**task, "status": "cancelled"}, waits=False)
    result = result_of(gateway, outcome)
    told = {**task, "status": "completed", "result": result, "_meta": {META_KEY: result["_meta"][META_KEY]}}
    return State(wire=told, waits=False)


def require(context: ServerRequestContext[Any, Any]) -> None:
    """Raises MCPError unless the client of this request takes tasks."""
    if not declared(context):
        needed: dict[str, Any] = {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "Missing required client capability", needed)


def _check(context: ServerRequestContext[Any, Any], task_id: str) -> None:
    if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        raise MCPError(types.METHOD_NOT_FOUND, "Method not found")
    require(context)
    named = context.request.headers.get("mcp-name") if context.request is not None else None
    if named not in (None, task_id):
        raise MCPError(types.HEADER_MISMATCH, "The Mcp-Name header does not match the request body's 'taskId'")


async def _find(gateway: Gateway, agent: Agent, task_id: str) -> ApprovalRequest | None:
    return await gateway.database.read(
        lambda connection: approvals.find(connection, org_id=agent.org_id, request_id=task_id.lower())
    )


def _unknown() -> MCPError:
    return MCPError(types.INVALID_PARAMS, "There is no such task.")
