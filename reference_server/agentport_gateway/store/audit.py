"""The audit log: one entry for each call, written once, completed once, never changed or removed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from agentport_gateway.store import prepared
from agentport_gateway.store.schema import approval_requests, log_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call: who, what, why, under which policy, and what became of it (None while it goes on)."""

    id: str
    org_id: str
    called_at: datetime
    surface: str
    asked_by: str
    api_key_id: str | None
    integration_id: str
    tool_name: str
    arguments: str
    additional_info: str | None
    mode: str | None
    rule_id: str | None
    request_id: str | None
    outcome: str | None
    finished_at: datetime | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are wanted; None does not restrict."""

    id: str | None = None
    integration_id: str | None = None
    tool_name: str | None = None
    outcome: str | None = None
    request_id: str | None = None
    api_key_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """An entry together with the decision on its request."""

    seq: int
    entry: Entry
    request_status: str | None
    decision_mode: str | None
    decided_by: str | None
    decided_at: datetime | None


# Built once: building a statement costs several times what running it does.
_NAMES = tuple(field.name for field in fields(Entry))
_WRITE = insert(log_entries).values({name: bindparam(name, type_=log_entries.c[name].type) for name in _NAMES}).inline()
_COMPLETE = (
    update(log_entries)
    .where(log_entries.c.id == bindparam("b_id"), log_entries.c.outcome.is_(None))
    .values(
        outcome=bindparam("b_outcome"),
        finished_at=bindparam("b_now", type_=log_entries.c.finished_at.type),
        detail=bindparam("b_detail"),
    )
)
_COMPLETE_REQUESTS = (
    update(log_entries)
    .where(log_entries.c.request_id.in_(bindparam("b_requests", expanding=True)), log_entries.c.outcome.is_(None))
    .values(
        outcome=bindparam("b_outcome"),
        finished_at=bindparam("b_now", type_=log_entries.c.finished_at.type),
        detail=bindparam("b_detail"),
    )
)


def write(connection: Connection, entry: Entry) -> None:
    """Write an entry down, complete or open."""
    prepared.run(connection, _WRITE, {name: getattr(entry, name) for name in _NAMES})


def complete(connection: Connection, entry_id: str, *, outcome: str, now: datetime, detail: str | None = None) -> None:
    """Say what became of an open entry."""
    values = {"b_id": entry_id, "b_outcome": outcome, "b_now": now, "b_detail": detail}
    prepared.run(connection, _COMPLETE, values)


def complete_requests(
    connection: Connection,
    request_ids: Iterable[str],
    *,
    outcome: str,
    now: datetime,
    detail: str | None = None,
) -> None:
    """Say what became of the calls that wait on these requests."""
    wanted = list(request_ids)
    if wanted:
        values = {"b_requests": wanted, "b_outcome": outcome, "b_now": now, "b_detail": detail}
        connection.execute(_COMPLETE_REQUESTS, values)


def newest(
    connection: Connection,
    *,
    org_id: str,
    wanted: Filter,
    limit: int,
    offset: int = 0,
    before: int | None = None,
) -> Sequence[LoggedCall]:
    """An organisation's entries, newest first; `before` continues a listing at a sequence number."""
    conditions: list[ColumnElement[bool]] = [log_entries.c.org_id == org_id]
    for name in ("id", "integration_id", "tool_name", "outcome", "request_id", "api_key_id"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(log_entries.c[name] == value)
    if wanted.since is not None:
        conditions.append(log_entries.c.called_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(log_entries.c.called_at < wanted.until)
    if before is not None:
        conditions.append(log_entries.c.seq < before)
    rows = connection.execute(
        select(
            log_entries.c.seq,
            *(log_entries.c[name] for name in _NAMES),
            approval_requests.c.status,
            approval_requests.c.decision_mode,
            approval_requests.c.decided_by,
            approval_requests.c.decided_at,
        )
        .outerjoin(approval_requests, approval_requests.c.id == log_entries.c.request_id)
        .where(*conditions)
        .order_by(log_entries.c.seq.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        LoggedCall(
            seq=seq,
            entry=Entry(**dict(zip(_NAMES, entry, strict=True))),
            request_status=status,
            decision_mode=mode,
            decided_by=by,
            decided_at=at,
        )
        for seq, *entry, status, mode, by, at in rows
    ]
