"""`/logs`: the audit log."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from agentport_gateway.operations.reporting import whole_log
from agentport_gateway.store import audit
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.shown import logged

router = APIRouter(prefix="/logs", tags=["logs"])


def filtered(
    integration_id: str | None = None,
    tool_name: str | None = None,
    outcome: str | None = None,
    request_id: str | None = None,
    api_key_id: str | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> audit.Filter:
    """Which calls are wanted; what is absent does not restrict."""
    return audit.Filter(
        integration_id=integration_id,
        tool_name=tool_name,
        outcome=outcome,
        request_id=request_id,
        api_key_id=api_key_id,
        since=since,
        until=until,
    )


Wanted = Annotated[audit.Filter, Depends(filtered)]


@router.get("", responses=refusals(401, 403))
async def listing(
    human: OnlyHuman,
    gateway: InGateway,
    wanted: Wanted,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> list[dict[str, Any]]:
    """The organisation's calls, newest first; `before` takes the `seq` of the last one seen."""
    found = await gateway.database.read(
        lambda connection: audit.newest(
            connection, org_id=human.org_id, wanted=wanted, limit=limit, offset=offset, before=before
        )
    )
    return [logged(call) for call in found]


@router.get("/export", response_class=StreamingResponse, responses=refusals(401, 403))
async def export(human: OnlyHuman, gateway: InGateway, wanted: Wanted) -> StreamingResponse:
    """The wanted calls as JSON lines, newest first; read page by page, so that the log's length does not matter."""
    lines = (json.dumps(logged(call), ensure_ascii=False) + "\n" async for call in whole_log(gateway, human, wanted))
    headers = {"Content-Disposition": 'attachment; filename="agentport-log.jsonl"'}
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)
