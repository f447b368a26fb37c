"""Approval requests at rest. Asking, deciding, consuming and ending are each one atomic statement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, func, or_, select, update

from agentport_gateway.domain.approvals import ApprovalRequest
from agentport_gateway.domain.notices import ending
from agentport_gateway.store import approval_statements as statements
from agentport_gateway.store import notices, prepared
from agentport_gateway.store.approval_statements import COLUMNS, LIVE, RUNNING
from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import approval_requests as requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import Decision, EndReason, Status


_NAMES = tuple(column.name for column in COLUMNS)


class TooManyPendingError(Exception):
    """The key already has as many undecided requests as one key may have."""


def ask(connection: Connection, wanted: ApprovalRequest, *, limit: int) -> tuple[ApprovalRequest, bool]:
    """The live request for this exact call and whether it is new: the one that exists, or the wanted one.

    A reused request takes the `additional_info` if it had none. Raises TooManyPendingError when the key has
    `limit` undecided requests already.
    """
    values = {f"b_{name}": getattr(wanted, name) for name in statements.ASKED}
    values["b_limit"] = limit
    statement = statements.ask(connection.dialect.name)
    rows = prepared.run(connection, statement, values)
    found = _request(rows[0]) if rows else None
    if found is not None and found.expires_at <= wanted.created_at:
        # The live one is so in name only: write down that its time is up, and ask anew.
        overdue = {"b_digest": wanted.digest, "b_now": wanted.created_at}
        _ended(connection, prepared.run(connection, statements.END_OVERDUE_CALL, overdue), wanted.created_at)
        rows = prepared.run(connection, statement, values)
        found = _request(rows[0]) if rows else None
    if found is None:
        raise TooManyPendingError
    is_new = found.id == wanted.id
    if is_new and rows[0][-1]:
        listening = notices.listening(connection, found.org_id)
        notices.note(connection, listening, found, "approval.requested", wanted.created_at)
    return found, is_new


def decide(
    connection: Connection,
    *,
    org_id: str,
    request_id: str,
    decision: Decision,
    decided_by: str,
    now: datetime,
    digest: str | None = None,
    note: str | None = None,
) -> ApprovalRequest | None:
    """The request as decided; None when it was not pending any more, is overdue, or is not this tenant's.

    Also None when a `digest` is given and the request is for another call.
    """
    values = {
        "b_id": request_id,
        "b_org_id": org_id,
        "b_now": now,
        "b_status": "denied" if decision == "deny" else "approved",
        "b_decision_mode": decision,
        "b_decided_by": decided_by,
        "b_digest": digest,
        "b_decision_note": note,
    }
    decided = _changed(connection, statements.DECIDE, values)
    if decided is not None:
        notices.note(connection, notices.listening(connection, org_id), decided, "approval.decided", now)
    return decided


def consume(
    connection: Connection,
    *,
    org_id: str,
    request_id: str,
    target: str,
    runner: str,
    lease_until: datetime,
    now: datetime,
) -> ApprovalRequest | None:
    """The request as consumed, for the one caller who may now run it; None for everybody else.

    Also None when the target moved, the asking key was revoked, or the tool was denied in the meantime.
    """
    values = {
        "b_id": request_id,
        "b_org_id": org_id,
        "b_now": now,
        "b_target": target,
        "b_runner": runner,
        "b_lease_until": lease_until,
    }
    return _changed(connection, statements.CONSUME, values)


def give_back(connection: Connection, *, request_id: str, runner: str) -> ApprovalRequest | None:
    """The request as approved again, because the upstream was never reached; None when it was not ours."""
    return _changed(connection, statements.GIVE_BACK, {"b_id": request_id, "b_runner": runner})


def finish(
    connection: Connection,
    *,
    request_id: str,
    runner: str,
    execution: Literal["done", "unknown"],
    result: dict[str, Any] | None,
    now: datetime,
) -> ApprovalRequest | None:
    """The request with the fate of its run; None when the run was not ours."""
    stored = None if result is None else json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    values = {
        "b_id": request_id,
        "b_runner": runner,
        "b_execution": execution,
        "b_result": stored,
        "b_now": now,
    }
    return _changed(connection, statements.FINISH, values)


def renew_leases(connection: Connection, *, runner: str, lease_until: datetime) -> None:
    """Keep the runs of a living runner from being taken for lost."""
    connection.execute(update(requests).where(requests.c.runner == runner, RUNNING).values(lease_until=lease_until))


def lose_runs(connection: Connection, *, now: datetime, but: str | None = None) -> list[ApprovalRequest]:
    """Mark runs whose runner is gone as unknown: those with a lapsed lease, or all but `but`'s."""
    lost: ColumnElement[bool] = requests.c.lease_until <= now
    if but is not None:
        lost = or_(lost, requests.c.runner != but)
    rows = connection.execute(
        update(requests)
        .where(RUNNING, lost)
        .values(execution="unknown", finished_at=now, lease_until=None)
        .returning(*COLUMNS)
    )
    return _announced(connection, rows)


def end_live(
    connection: Connection,
    *,
    org_id: str,
    reason: EndReason,
    now: datetime,
    integration_id: str | None = None,
    tool_name: str | None = None,
    api_key_id: str | None = None,
    request_id: str | None = None,
) -> list[ApprovalRequest]:
    """End the pending and approved requests of an organisation that match every given part."""
    wanted: list[Any] = [requests.c.org_id == org_id, LIVE]
    for column, value in (
        (requests.c.integration_id, integration_id),
        (requests.c.tool_name, tool_name),
        (requests.c.api_key_id, api_key_id),
        (requests.c.id, request_id),
    ):
        if value is not None:
            wanted.append(column == value)
    by_policy = reason == "policy_denied"
    values: dict[str, Any] = {
        "status": "denied" if by_policy else "expired",
        "end_reason": reason,
        "finished_at": now,
    }
    if by_policy:
        values["decision_mode"] = "policy"
    rows = connection.execute(update(requests).where(*wanted).values(values).returning(*COLUMNS))
    return _ended(connection, rows, now)


def end_overdue(connection: Connection, now: datetime, *, limit: int) -> list[ApprovalRequest]:
    """Write down that requests whose time is up have expired: so many at a time, those first that were due first."""
    rows = prepared.run(connection, statements.END_OVERDUE, {"b_now": now, "b_limit": limit})
    return _ended(connection, rows, now)


def find(connection: Connection, *, org_id: str, request_id: str) -> ApprovalRequest | None:
    """One request of one organisation."""
    return _one(connection, statements.FIND, {"b_id": request_id, "b_org_id": org_id})


def exists_for_anybody(connection: Connection, request_id: str) -> bool:
    """Whether some organisation has a request of this id."""
    return connection.execute(select(requests.c.seq).where(requests.c.id == request_id)).first() is not None


def live_for(connection: Connection, digest: str) -> ApprovalRequest | None:
    """The pending or approved request for exactly this call."""
    return _one(connection, statements.FIND_LIVE, {"b_digest": digest})


def released_tools(connection: Connection, org_id: str) -> dict[tuple[str, str], datetime]:
    """The tools, by integration, that have approved calls which did not run yet, and when the last expires."""
    rows = connection.execute(
        select(requests.c.integration_id, requests.c.tool_name, func.max(requests.c.expires_at).label("until"))
        .where(requests.c.org_id == org_id, requests.c.status == "approved")
        .group_by(requests.c.integration_id, requests.c.tool_name)
    )
    return {(row.integration_id, row.tool_name): row.until for row in rows}


def newest(
    connection: Connection,
    *,
    org_id: str,
    now: datetime,
    status: Status | None = None,
    integration_id: str | None = None,
    tool_name: str | None = None,
    limit: int = 50,
    offset: int = 0,
    undecided: bool = True,
) -> Sequence[ApprovalRequest]:
    """An organisation's requests, newest first; overdue ones count as expired whether written down or not.

    Without the `undecided`, those that are still pending are left out.
    """
    wanted: list[ColumnElement[bool]] = [requests.c.org_id == org_id]
    overdue = and_(LIVE, requests.c.expires_at <= now)
    if status == "expired":
        wanted.append(or_(requests.c.status == "expired", overdue))
    elif status is not None:
        wanted.append(requests.c.status == status)
        if status in ("pending", "approved"):
            wanted.append(requests.c.expires_at > now)
    if not undecided:
        wanted.append(or_(requests.c.status != "pending", requests.c.expires_at <= now))
    if integration_id is not None:
        wanted.append(requests.c.integration_id == integration_id)
    if tool_name is not None:
        wanted.append(requests.c.tool_name == tool_name)
    rows = connection.execute(
        select(*COLUMNS).where(*wanted).order_by(requests.c.seq.desc()).limit(limit).offset(offset)
    )
    return [_request(row) for row in rows]


def _ended(connection: Connection, rows: Iterable[Any], now: datetime) -> list[ApprovalRequest]:
    ended = _announced(connection, rows)
    listening: dict[str, Sequence[str]] = {}
    for request in ended:
        if request.org_id not in listening:
            listening[request.org_id] = notices.listening(connection, request.org_id)
        notices.note(connection, listening[request.org_id], request, ending(request), now)
    return ended


def _announced(connection: Connection, rows: Iterable[Any]) -> list[ApprovalRequest]:
    changed = [_request(row) for row in rows]
    for request in changed:
        announce(connection, "request", request.id)
    return changed


def _changed(connection: Connection, statement: Any, values: dict[str, Any]) -> ApprovalRequest | None:
    changed = _one(connection, statement, values)
    if changed is not None:
        announce(connection, "request", changed.id)
    return changed


def _one(connection: Connection, statement: Any, values: dict[str, Any]) -> ApprovalRequest | None:
    rows = prepared.run(connection, statement, values)
    return _request(rows[0]) if rows else None


def _request(row: Iterable[Any]) -> ApprovalRequest:
    values = dict(zip(_NAMES, row, strict=False))
    stored = values["result"]
    values["result"] = None if stored is None else json.loads(stored)
    return ApprovalRequest(**values)
