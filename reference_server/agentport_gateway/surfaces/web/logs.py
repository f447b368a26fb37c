"""Logs: every call, filtered, and one call's whole life."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, get_args

from starlette.responses import StreamingResponse

from agentport_gateway.domain.outcomes import OutcomeName
from agentport_gateway.operations.reporting import whole_log
from agentport_gateway.store import accounts, audit
from agentport_gateway.surfaces.shown import logged
from agentport_gateway.surfaces.web.arguments import folded, shown_arguments
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import render, render_aside
from agentport_gateway.surfaces.web.typed import page_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection
    from starlette.responses import Response

    from agentport_gateway.store.audit import LoggedCall
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_PAGE = 50
_ID = re.compile(r"[0-9a-fA-F-]{36}")
OUTCOMES: dict[str, str] = {
    "executed": "ran",
    "approval_required": "waiting",
    "denied_by_human": "denied by a human",
    "denied_by_policy": "denied by policy",
    "expired": "expired",
    "invalid_arguments": "did not fit",
    "upstream_failed": "integration failed",
    "outcome_unknown": "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of a call's life."""

    at: datetime
    words: str
    by: str = ""


@pages.get("/logs")
async def show(visit: Visit) -> Response:
    """The calls that fit the filters, newest first."""
    given = {name: value[:200] for name, value in visit.request.query_params.items() if value and "\x00" not in value}
    page = page_number(given.get("page", ""))
    wanted = audit.Filter(
        integration_id=given.get("integration_id"),
        tool_name=given.get("tool_name"),
        outcome=next((one for one in get_args(OutcomeName) if one == given.get("outcome")), None),
        api_key_id=given.get("api_key_id"),
        since=_day(given.get("since")),
        until=_day(given.get("until"), after=1),
    )
    org_id = visit.human.org_id

    def read(connection: Connection) -> tuple[Sequence[LoggedCall], Sequence[accounts.ApiKey]]:
        found = audit.newest(connection, org_id=org_id, wanted=wanted, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
        return found, accounts.keys_of(connection, org_id)

    found, keys = await visit.gateway.database.read(read)
    view = await visit.gateway.views.of(org_id)
    filters = ("integration_id", "tool_name", "outcome", "api_key_id", "since", "until")
    return render(
        visit,
        "logs.html",
        calls=found[:_PAGE],
        keys=keys,
        integrations=sorted({*view.connected, *([given["integration_id"]] if "integration_id" in given else [])}),
        given={name: given[name] for name in filters if name in given},
        outcomes=OUTCOMES,
        page=page,
        has_more=len(found) > _PAGE,
    )


@pages.get("/logs/export")
async def export(visit: Visit) -> Response:
    """The whole log as JSON lines."""
    lines = (
        json.dumps(logged(call), ensure_ascii=False) + "\n" async for call in whole_log(visit.gateway, visit.human)
    )
    headers = {"Content-Disposition": 'attachment; filename="agentport-log.jsonl"', "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


@pages.get("/logs/{entry_id}")
async def show_one(visit: Visit) -> Response:
    """One call, from who asked to what became of it."""
    entry_id, org_id = visit.request.path_params["entry_id"], visit.human.org_id

    def read(connection: Connection) -> tuple[LoggedCall | None, Sequence[LoggedCall]]:
        found = audit.newest(connection, org_id=org_id, wanted=audit.Filter(id=entry_id), limit=1)
        if not found or found[0].entry.request_id is None:
            return (found[0] if found else None), ()
        same = audit.Filter(request_id=found[0].entry.request_id)
        return found[0], audit.newest(connection, org_id=org_id, wanted=same, limit=_PAGE)

    call, same = await visit.gateway.database.read(read) if _ID.fullmatch(entry_id) else (None, ())
    if call is None:
        return render(visit, "problem.html", status=404, title="No such call", advice="The log has no such entry.")
    return await render_aside(
        visit,
        "log.html",
        call=call,
        entry=call.entry,
        outcome=OUTCOMES.get(_outcome(call), _outcome(call)),
        outcome_name=_outcome(call),
        arguments=shown_arguments(call.entry.arguments),
        words=folded(call.entry.additional_info) if call.entry.additional_info else None,
        detail=folded(call.entry.detail) if call.entry.detail else None,
        life=_life(call),
        others=[one for one in same if one.entry.id != call.entry.id],
        outcomes=OUTCOMES,
    )


def _life(call: LoggedCall) -> list[Moment]:
    entry = call.entry
    life = [Moment(at=entry.called_at, words=f"called over {entry.surface.upper()} by", by=entry.asked_by)]
    if call.decided_at is not None and call.decided_by:
        words = {"approve_once": "approved once by", "allow_tool": "approved, and the tool allowed, by"}
        decided = words.get(call.decision_mode or "", "denied by")
        life.append(Moment(at=call.decided_at, words=decided, by=call.decided_by))
    if entry.finished_at is not None:
        took = (entry.finished_at - entry.called_at).total_seconds()
        words_for = OUTCOMES.get(entry.outcome or "", entry.outcome or "")
        life.append(Moment(at=entry.finished_at, words=f"{words_for}, {took:,.3f} seconds after the call"))
    return life


def _outcome(call: LoggedCall) -> str:
    return call.entry.outcome or ("approval_required" if call.entry.request_id else "outcome_unknown")


def _day(text: str | None, *, after: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(text or "")
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=after)
    except (ValueError, OverflowError):
        return None
