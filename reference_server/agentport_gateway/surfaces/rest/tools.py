"""`/tools`: listing and calling tools, as the `ap` command does."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.domain.identity import Origin
from agentport_gateway.domain.outcomes import Outcome
from agentport_gateway.domain.policy import DEFAULT_MODE
from agentport_gateway.gateway import Gateway
from agentport_gateway.operations.calling import Call, call_tool
from agentport_gateway.surfaces.rest.access import AnyCaller, InGateway
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.upstreams.upstream import UpstreamError
from agentport_gateway.views import Connected, View

router = APIRouter(prefix="/tools", tags=["tools"])


class ToolCall(BaseModel):
    """One call."""

    model_config = ConfigDict(extra="forbid")

    tool_name: str = Field(max_length=200)
    args: dict[str, Any] = Field(default_factory=dict)
    additional_info: str | None = Field(default=None, max_length=20_000)


@router.get("", responses=refusals(401))
async def everything(caller: AnyCaller, gateway: InGateway) -> list[dict[str, Any]]:
    """The tools of every installed integration; one that cannot be reached contributes none."""
    view = await gateway.views.of(caller.org_id)
    found: list[dict[str, Any]] = []
    for connected in view.connected.values():
        try:
            found += await _tools(gateway, view, connected)
        except UpstreamError:
            continue
    return found


@router.get("/{integration_id}", responses=refusals(401, 404, 502))
async def of_one(integration_id: str, caller: AnyCaller, gateway: InGateway) -> list[dict[str, Any]]:
    """The tools of one installed integration."""
    view = await gateway.views.of(caller.org_id)
    connected = view.connected.get(integration_id)
    if connected is None:
        raise HTTPException(404, "This integration is not installed.")
    try:
        return await _tools(gateway, view, connected)
    except UpstreamError as failure:
        raise HTTPException(502, str(failure)) from None


@router.post("/{integration_id}/call", responses=refusals(401, 403, 404, 429, 502))
async def call(
    integration_id: str, given: ToolCall, caller: AnyCaller, gateway: InGateway, request: Request
) -> JSONResponse:
    """Call a tool. A gated call answers 403 with the approval; once that is given, the same call runs."""
    outcome = await call_tool(
        gateway,
        Call(
            caller=caller,
            surface="rest",
            integration_id=integration_id,
            tool_name=given.tool_name,
            arguments=given.args,
            additional_info=given.additional_info,
            origin=Origin.told(request.headers.get("user-agent"), request.client.host if request.client else None),
        ),
    )
    status, body = _answer(gateway, outcome, integration_id, given.tool_name)
    return JSONResponse(body, status)


def _answer(gateway: Gateway, outcome: Outcome, integration_id: str, tool_name: str) -> tuple[int, dict[str, Any]]:
    if outcome.result is not None:
        return 200, outcome.result.to_json()
    place = {"integration_id": integration_id, "tool_name": tool_name}
    match outcome.name:
        case "approval_required" if outcome.request_id is not None:
            return 403, {
                "error": "approval_required",
                "approval_request_id": outcome.request_id,
                "approval_url": gateway.approval_url(outcome.request_id),
                "message": outcome.message,
                **place,
            }
        case "denied_by_policy" if outcome.about == "limit":
            return 429, {"detail": outcome.message}
        case "denied_by_policy" | "denied_by_human" | "expired":
            return 403, {"error": "denied", "message": outcome.message, **place}
        case "invalid_arguments" if outcome.about in ("integration", "tool"):
            return 404, {"detail": outcome.message}
        case "invalid_arguments":
            return 400, {"detail": outcome.message}
        case _:
            return 502, {"detail": outcome.message, "outcome": outcome.name}


async def _tools(gateway: Gateway, view: View, connected: Connected) -> list[dict[str, Any]]:
    integration_id = connected.integration.id
    tools = await gateway.upstreams.of(connected).tools()
    return [
        {
            "integration_id": integration_id,
            "name": tool.name,
            "description": tool.description,
            "inputSchema": tool.input_schema,
            "execution_mode": view.modes.get((integration_id, tool.name), DEFAULT_MODE),
        }
        for tool in tools.values()
    ]
