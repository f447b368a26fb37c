"""The Tasks extension: an approval as a task that the client polls. The task's id is the request's."""

from __future__ import annotations

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
        request = await _find(gateway, context, agent, params.task_id)
        # Polling is what runs an approved call, as awaiting does.
        outcome = await await_approval(gateway, agent, request.id, timeout_seconds=0.0)
        request = await _find(gateway, context, agent, params.task_id)
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
            return {**task, "status": "working", "statusMessage": outcome.message}
        if request.end_reason == "withdrawn":
            return {**task, "status": "cancelled"}
        result = result_of(gateway, outcome)
        return {**task, "status": "completed", "result": result, "_meta": {META_KEY: result["_meta"][META_KEY]}}

    async def update(context: ServerRequestContext[Any, Any], params: UpdateTaskParams) -> dict[str, Any]:
        await _find(gateway, context, agent_of(context), params.task_id)
        return {}

    async def cancel(context: ServerRequestContext[Any, Any], params: TaskParams) -> dict[str, Any]:
        agent = agent_of(context)
        await _find(gateway, context, agent, params.task_id)
        await withdraw(gateway, agent, params.task_id.lower())
        return {}

    server.add_request_handler("tasks/get", TaskParams, get)
    server.add_request_handler("tasks/update", UpdateTaskParams, update)
    server.add_request_handler("tasks/cancel", TaskParams, cancel)
    server.extensions[EXTENSION] = {}


async def _find(
    gateway: Gateway, context: ServerRequestContext[Any, Any], agent: Agent, task_id: str
) -> ApprovalRequest:
    if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        raise MCPError(types.METHOD_NOT_FOUND, "Method not found")
    if not declared(context):
        needed: dict[str, Any] = {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "Missing required client capability", needed)
    named = context.request.headers.get("mcp-name") if context.request is not None else None
    if named not in (None, task_id):
        raise MCPError(types.HEADER_MISMATCH, "The Mcp-Name header does not match the request body's 'taskId'")
    found = await gateway.database.read(
        lambda connection: approvals.find(connection, org_id=agent.org_id, request_id=task_id.lower())
    )
    if found is None:
        raise MCPError(types.INVALID_PARAMS, "There is no such task.")
    return found
