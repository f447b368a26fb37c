"""The statements that change approval requests, built once: building one costs ten times what running it does.

Values are bound by names with a leading `b_`, so that they never meet the columns' own names.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, text, update

from agentport_gateway.domain.approvals import ApprovalRequest
from agentport_gateway.store.schema import api_keys, tool_settings, webhooks
from agentport_gateway.store.schema import approval_requests as requests

COLUMNS = tuple(requests.c[field.name] for field in fields(ApprovalRequest))
ASKED = tuple(field.name for field in fields(ApprovalRequest) if field.name != "result")

# Written out, not bound: only then do the databases see that a partial index fits.
LIVE = text("status IN ('pending', 'approved')")
RUNNING = text("execution = 'running'")


def _bound(column: str, name: str | None = None) -> Any:
    return bindparam(f"b_{name or column}", type_=requests.c[column].type)


_NOW = _bound("created_at", "now")
_THIS = and_(requests.c.id == _bound("id"), requests.c.org_id == _bound("org_id"))
_RUN = and_(
    requests.c.id == _bound("id"),
    requests.c.runner == _bound("runner"),
    requests.c.status == "consumed",
    requests.c.execution == "running",
)


@cache
def ask(dialect: str) -> Any:
    """Insert the wanted request, or find the live one of the same call; no row when the key is at its limit.

    After the request's columns: whether a webhook wants to be told of it.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        insert: Any = postgresql.insert(requests)
    else:
        from sqlalchemy.dialects import sqlite

        insert = sqlite.insert(requests)
    undecided = (
        select(func.count())
        .select_from(requests)
        .where(
            requests.c.org_id == _bound("org_id"),
            requests.c.api_key_id == _bound("api_key_id"),
            LIVE,
            requests.c.status == "pending",
            requests.c.expires_at > _bound("created_at"),
        )
        .scalar_subquery()
    )
    already = exists().where(requests.c.digest == _bound("digest"), LIVE)
    source = select(*(_bound(name) for name in ASKED)).where(or_(undecided < bindparam("b_limit"), already))
    insert = insert.from_select(list(ASKED), source)
    lives = requests.c.expires_at > insert.excluded.created_at
    heard = exists().where(webhooks.c.org_id == _bound("org_id"), webhooks.c.enabled)
    words = func.coalesce(requests.c.additional_info, case((lives, insert.excluded.additional_info)))
    return insert.on_conflict_do_update(
        index_elements=[requests.c.digest], index_where=LIVE, set_={"additional_info": words}
    ).returning(*COLUMNS, heard)


END_OVERDUE_CALL = (
    update(requests)
    .where(LIVE, requests.c.digest == _bound("digest"), requests.c.expires_at <= _NOW)
    .values(status="expired", end_reason="time", finished_at=_NOW)
    .returning(*COLUMNS)
)

_OVERDUE = (
    select(requests.c.seq)
    .where(LIVE, requests.c.expires_at <= _NOW)
    .order_by(requests.c.expires_at)
    .limit(bindparam("b_limit"))
    # Several processes write this down: each takes what no other is at.
    .with_for_update(skip_locked=True)
)
END_OVERDUE = (
    update(requests)
    .where(requests.c.seq.in_(_OVERDUE.scalar_subquery()))
    .values(status="expired", end_reason="time", finished_at=_NOW)
    .returning(*COLUMNS)
)

DECIDE = (
    update(requests)
    .where(
        _THIS,
        requests.c.status == "pending",
        requests.c.expires_at > _NOW,
        requests.c.digest == func.coalesce(_bound("digest"), requests.c.digest),
    )
    .values(
        status=_bound("status"),
        decision_mode=_bound("decision_mode"),
        decided_by=_bound("decided_by"),
        decided_at=_NOW,
        decision_note=_bound("decision_note"),
    )
    .returning(*COLUMNS)
)

_KEY_LIVES = exists().where(api_keys.c.id == requests.c.api_key_id, api_keys.c.revoked_at.is_(None))
_TOOL_DENIED = exists().where(
    tool_settings.c.org_id == requests.c.org_id,
    tool_settings.c.integration_id == requests.c.integration_id,
    tool_settings.c.tool_name == requests.c.tool_name,
    tool_settings.c.mode == "deny",
)
CONSUME = (
    update(requests)
    .where(
        _THIS,
        requests.c.status == "approved",
        requests.c.expires_at > _NOW,
        requests.c.target == _bound("target"),
        or_(requests.c.api_key_id.is_(None), _KEY_LIVES),
        ~_TOOL_DENIED,
    )
    .values(
        status="consumed",
        execution="running",
        runner=_bound("runner"),
        lease_until=_bound("lease_until"),
        consumed_at=_NOW,
    )
    .returning(*COLUMNS)
)

GIVE_BACK = (
    update(requests)
    .where(_RUN)
    .values(status="approved", execution="none", runner=None, lease_until=None, consumed_at=None)
    .returning(*COLUMNS)
)

FINISH = (
    update(requests)
    .where(_RUN)
    .values(execution=_bound("execution"), result=_bound("result"), finished_at=_NOW, lease_until=None)
    .returning(*COLUMNS)
)

FIND = select(*COLUMNS).where(_THIS)

FIND_LIVE = select(*COLUMNS).where(requests.c.digest == _bound("digest"), LIVE)
