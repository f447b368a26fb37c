"""Approval requests at rest. Asking, deciding, consuming and ending are each one atomic statement."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, exists, func, literal, or_, select, text, update

from agentport_gateway.domain.approvals import ApprovalRequest
from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import api_keys, tool_settings
from agentport_gateway.store.schema import approval_requests as requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection, Row

    from agentport_gateway.domain.approvals import Decision, EndReason, Status

# Written out, not bound: only then do the databases see that a partial index fits.
_LIVE = text("status IN ('pending', 'approved')")
_RUNNING = text("execution = 'running'")
_COLUMNS = tuple(requests.c[field.name] for field in fields(ApprovalRequest))


class TooManyPendingError(Exception):
    """The key already has as many undecided requests as one key may have."""


def ask(connection: Connection, wanted: ApprovalRequest, *, limit: int) -> tuple[ApprovalRequest, bool]:
    """The live request for this exact call and whether it is new: the one that exists, or the wanted one.

    A reused request takes the `additional_info` if it had none. Raises TooManyPendingError when the key has
    `limit` undecided requests already.
    """
    end_overdue(connection, wanted.created_at, digest=wanted.digest)
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted) if field.name != "result"}
    undecided = (
        select(func.count())
        .select_from(requests)
        .where(
            requests.c.org_id == wanted.org_id,
            requests.c.api_key_id == wanted.api_key_id,
            _LIVE,
            requests.c.status == "pending",
            requests.c.expires_at > wanted.created_at,
        )
        .scalar_subquery()
    )
    already = exists().where(requests.c.digest == wanted.digest, _LIVE)
    source = select(*(literal(value, requests.c[name].type) for name, value in values.items())).where(
        or_(undecided < limit, already)
    )
    insert = insert_for(connection, requests).from_select(list(values), source)
    statement = insert.on_conflict_do_update(
        index_elements=[requests.c.digest],
        index_where=_LIVE,
        set_={"additional_info": func.coalesce(requests.c.additional_info, insert.excluded.additional_info)},
    ).returning(*_COLUMNS)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise TooManyPendingError
    found = _request(row)
    return found, found.id == wanted.id


def decide(
    connection: Connection,
    *,
    org_id: str,
    request_id: str,
    decision: Decision,
    decided_by: str,
    now: datetime,
) -> ApprovalRequest | None:
    """The request as decided; None when it was not pending any more, is overdue, or is not this tenant's."""
    return _change(
        connection,
        and_(
            requests.c.id == request_id,
            requests.c.org_id == org_id,
            requests.c.status == "pending",
            requests.c.expires_at > now,
        ),
        status="denied" if decision == "deny" else "approved",
        decision_mode=decision,
        decided_by=decided_by,
        decided_at=now,
    )


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
    key_lives = exists().where(api_keys.c.id == requests.c.api_key_id, api_keys.c.revoked_at.is_(None))
    tool_denied = exists().where(
        tool_settings.c.org_id == requests.c.org_id,
        tool_settings.c.integration_id == requests.c.integration_id,
        tool_settings.c.tool_name == requests.c.tool_name,
        tool_settings.c.mode == "deny",
    )
    return _change(
        connection,
        and_(
            requests.c.id == request_id,
            requests.c.org_id == org_id,
            requests.c.status == "approved",
            requests.c.expires_at > now,
            requests.c.target == target,
            or_(requests.c.api_key_id.is_(None), key_lives),
            ~tool_denied,
        ),
        status="consumed",
        execution="running",
        runner=runner,
        lease_until=lease_until,
        consumed_at=now,
    )


def give_back(connection: Connection, *, request_id: str, runner: str) -> ApprovalRequest | None:
    """The request as approved again, because the upstream was never reached; None when it was not ours."""
    return _change(
        connection,
        and_(_run_by(request_id, runner), requests.c.execution == "running"),
        status="approved",
        execution="none",
        runner=None,
        lease_until=None,
        consumed_at=None,
    )


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
    return _change(
        connection,
        and_(_run_by(request_id, runner), requests.c.execution == "running"),
        execution=execution,
        result=stored,
        finished_at=now,
        lease_until=None,
    )


def renew_leases(connection: Connection, *, runner: str, lease_until: datetime) -> None:
    """Keep the runs of a living runner from being taken for lost."""
    connection.execute(update(requests).where(requests.c.runner == runner, _RUNNING).values(lease_until=lease_until))


def lose_runs(connection: Connection, *, now: datetime, but: str | None = None) -> list[ApprovalRequest]:
    """Mark runs whose runner is gone as unknown: those with a lapsed lease, or all but `but`'s."""
    lost: ColumnElement[bool] = requests.c.lease_until <= now
    if but is not None:
        lost = or_(lost, requests.c.runner != but)
    rows = connection.execute(
        update(requests)
        .where(_RUNNING, lost)
        .values(execution="unknown", finished_at=now, lease_until=None)
        .returning(*_COLUMNS)
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
    wanted: list[Any] = [requests.c.org_id == org_id, _LIVE]
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
    rows = connection.execute(update(requests).where(*wanted).values(values).returning(*_COLUMNS))
    return _announced(connection, rows)


def end_overdue(connection: Connection, now: datetime, *, digest: str | None = None) -> list[ApprovalRequest]:
    """Write down that the requests whose time is up have expired."""
    wanted: list[Any] = [_LIVE, requests.c.expires_at <= now]
    if digest is not None:
        wanted.append(requests.c.digest == digest)
    rows = connection.execute(
        update(requests)
        .where(*wanted)
        .values(status="expired", end_reason="time", finished_at=now)
        .returning(*_COLUMNS)
    )
    return _announced(connection, rows)


def find(connection: Connection, *, org_id: str, request_id: str) -> ApprovalRequest | None:
    """One request of one organisation."""
    row = connection.execute(
        select(*_COLUMNS).where(requests.c.id == request_id, requests.c.org_id == org_id)
    ).one_or_none()
    return None if row is None else _request(row)


def live_for(connection: Connection, digest: str) -> ApprovalRequest | None:
    """The pending or approved request for exactly this call."""
    row = connection.execute(select(*_COLUMNS).where(requests.c.digest == digest, _LIVE)).one_or_none()
    return None if row is None else _request(row)


def released_tools(connection: Connection, org_id: str) -> frozenset[tuple[str, str]]:
    """The tools, by integration, that have approved calls which did not run yet."""
    rows = connection.execute(
        select(requests.c.integration_id, requests.c.tool_name)
        .where(requests.c.org_id == org_id, requests.c.status == "approved")
        .distinct()
    )
    return frozenset((row.integration_id, row.tool_name) for row in rows)


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
) -> Sequence[ApprovalRequest]:
    """An organisation's requests, newest first; overdue ones count as expired whether written down or not."""
    wanted: list[ColumnElement[bool]] = [requests.c.org_id == org_id]
    overdue = and_(_LIVE, requests.c.expires_at <= now)
    if status == "expired":
        wanted.append(or_(requests.c.status == "expired", overdue))
    elif status is not None:
        wanted.append(requests.c.status == status)
        if status in ("pending", "approved"):
            wanted.append(requests.c.expires_at > now)
    if integration_id is not None:
        wanted.append(requests.c.integration_id == integration_id)
    if tool_name is not None:
        wanted.append(requests.c.tool_name == tool_name)
    rows = connection.execute(
        select(*_COLUMNS).where(*wanted).order_by(requests.c.seq.desc()).limit(limit).offset(offset)
    )
    return [_request(row) for row in rows]


def _announced(connection: Connection, rows: Iterable[Any]) -> list[ApprovalRequest]:
    changed = [_request(row) for row in rows]
    for request in changed:
        announce(connection, "request", request.id)
    return changed


def _run_by(request_id: str, runner: str) -> ColumnElement[bool]:
    return and_(requests.c.id == request_id, requests.c.runner == runner, requests.c.status == "consumed")


def _change(connection: Connection, where: ColumnElement[bool], **values: Any) -> ApprovalRequest | None:
    row = connection.execute(update(requests).where(where).values(**values).returning(*_COLUMNS)).one_or_none()
    if row is None:
        return None
    announce(connection, "request", row.id)
    return _request(row)


def _request(row: Row[Any]) -> ApprovalRequest:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a row's names
    stored = values["result"]
    values["result"] = None if stored is None else json.loads(stored)
    return ApprovalRequest(**values)
