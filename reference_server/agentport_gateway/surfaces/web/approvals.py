"""Approvals: what waits for somebody, live, and what was decided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from agentport_gateway.domain.approvals import Status, status_at
from agentport_gateway.store import approvals
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import render
from agentport_gateway.surfaces.web.typed import page_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection
    from starlette.responses import Response

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_MOST_PENDING = 100
_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request in a list."""

    request: ApprovalRequest
    integration_name: str
    status: Status
    seconds_left: int
    time_left: str


@pages.get("/approvals")
async def show(visit: Visit) -> Response:
    """What waits, and what was."""
    org_id, now = visit.human.org_id, visit.gateway.clock.now()
    page = page_number(visit.request.query_params.get("page", ""))
    wanted = next((one for one in get_args(Status) if one == visit.request.query_params.get("status")), None)

    def read(connection: Connection) -> tuple[Sequence[ApprovalRequest], Sequence[ApprovalRequest]]:
        pending = approvals.newest(connection, org_id=org_id, now=now, status="pending", limit=_MOST_PENDING + 1)
        past = approvals.newest(
            connection,
            org_id=org_id,
            now=now,
            status=wanted,
            limit=_PAGE + 1,
            offset=(page - 1) * _PAGE,
            undecided=False,
        )
        return pending, past

    pending, past = await visit.gateway.database.read(read)
    names = {one.id: one.name for one in (await visit.gateway.views.of(org_id)).integrations.values()}

    def row(request: ApprovalRequest) -> Row:
        left = max(0, int((request.expires_at - now).total_seconds()))
        return Row(
            request=request,
            integration_name=names.get(request.integration_id, request.integration_id),
            status=status_at(request, now),
            seconds_left=left,
            time_left=f"{left // 60}:{left % 60:02}",
        )

    return render(
        visit,
        "approvals.html",
        pending=[row(one) for one in pending[:_MOST_PENDING]],
        more_pending=len(pending) > _MOST_PENDING,
        version=_version(pending),
        past=[row(one) for one in past[:_PAGE]],
        past_version=_version(past),
        chosen=wanted,
        page=page,
        has_more=len(past) > _PAGE,
    )


def _version(requests: Sequence[ApprovalRequest]) -> str:
    seen = "".join(f"{one.id}{one.status}{one.execution}" for one in requests)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]
