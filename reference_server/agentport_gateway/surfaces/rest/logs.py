"""`/logs`: the audit log."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from agentport_gateway.gateway import Gateway
from agentport_gateway.store import audit
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import instant

router = APIRouter(prefix="/logs", tags=["logs"])

_PAGE = 500


@router.get("", responses=refusals(401, 403))
async def listing(
    human: OnlyHuman,
    gateway: InGateway,
    integration_id: str | None = None,
    tool_name: str | None = None,
    outcome: str | None = None,
    request_id: str | None = None,
    api_key_id: str | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> list[dict[str, Any]]:
    """The organisation's calls, newest first; `before` takes the `seq` of the last one seen."""
    wanted = audit.Filter(
        integration_id=integration_id,
        tool_name=tool_name,
        outcome=outcome,
        request_id=request_id,
        api_key_id=api_key_id,
        since=since,
        until=until,
    )
    found = await gateway.database.read(
        lambda connection: audit.newest(
            connection, org_id=human.org_id, wanted=wanted, limit=limit, offset=offset, before=before
        )
    )
    return [shown(call) for call in found]


@router.get("/export", response_class=StreamingResponse, responses=refusals(401, 403))
async def export(human: OnlyHuman, gateway: InGateway) -> StreamingResponse:
    """The whole log as JSON lines, newest first; read page by page, so that its length does not matter."""

    async def lines() -> AsyncIterator[str]:
        before: int | None = None
        while found := await _page(gateway, human.org_id, before):
            for call in found:
                yield json.dumps(shown(call), ensure_ascii=False) + "\n"
            before = found[-1].seq

    headers = {"Content-Disposition": 'attachment; filename="agentport-log.jsonl"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


async def _page(gateway: Gateway, org_id: str, before: int | None) -> Sequence[audit.LoggedCall]:
    return await gateway.database.read(
        lambda connection: audit.newest(connection, org_id=org_id, wanted=audit.Filter(), limit=_PAGE, before=before)
    )


def shown(call: audit.LoggedCall) -> dict[str, Any]:
    """One call's whole life."""
    entry = call.entry
    return {
        "seq": call.seq,
        "id": entry.id,
        "created_at": instant(entry.called_at),
        "surface": entry.surface,
        "requested_by": entry.asked_by,
        "api_key_id": entry.api_key_id,
        "integration_id": entry.integration_id,
        "tool_name": entry.tool_name,
        "args": json.loads(entry.arguments),
        "additional_info": entry.additional_info,
        "mode": entry.mode,
        "rule_id": entry.rule_id,
        "approval_request_id": entry.request_id,
        "request_id": entry.request_id,
        "outcome": entry.outcome or ("approval_required" if entry.request_id else "outcome_unknown"),
        "detail": entry.detail,
        "finished_at": instant(entry.finished_at),
        "duration_ms": _milliseconds(entry.called_at, entry.finished_at),
        "approval_status": call.request_status,
        "decision_mode": call.decision_mode,
        "decided_by": call.decided_by,
        "decided_at": instant(call.decided_at),
    }


def _milliseconds(began: datetime, ended: datetime | None) -> float | None:
    return None if ended is None else round((ended - began).total_seconds() * 1000, 3)
