"""Webhooks, and the notices that are still to be told: written with what they tell of, gone once told."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from agentport_gateway.domain.notices import body_of, notice_id
from agentport_gateway.store import prepared
from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.schema import notices, webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.notices import NoticeType


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where an organisation wants to be told; its secret is sealed."""

    id: str
    org_id: str
    url: str
    secret: str
    enabled: bool
    created_at: datetime
    last_sent_at: datetime | None = None
    last_fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    """A notice that this process has taken to tell, and where."""

    seq: int
    id: str
    body: str
    tries: int
    webhook_id: str
    url: str
    secret: str


_LISTENING = select(webhooks.c.id).where(webhooks.c.org_id == bindparam("b_org_id"), webhooks.c.enabled)


def listening(connection: Connection, org_id: str) -> Sequence[str]:
    """The organisation's webhooks that want to be told."""
    return [webhook_id for (webhook_id,) in prepared.run(connection, _LISTENING, {"b_org_id": org_id})]


def note(
    connection: Connection, listening: Sequence[str], request: ApprovalRequest, notice: NoticeType, now: datetime
) -> None:
    """Leave a notice for these webhooks of the request's organisation: told even if the process dies now."""
    if not listening:
        return
    body = json.dumps(body_of(request, notice, now), ensure_ascii=False, separators=(",", ":"))
    for webhook_id in listening:
        leave(connection, webhook_id, notice=notice_id(request, notice), body=body, now=now)


def leave(connection: Connection, webhook_id: str, *, notice: str, body: str, now: datetime) -> None:
    """Leave a notice for one webhook; the same one twice is one."""
    connection.execute(
        insert_for(connection, notices)
        .values(id=notice, webhook_id=webhook_id, body=body, due_at=now)
        .on_conflict_do_nothing()
    )


def claim(connection: Connection, *, now: datetime, until: datetime, limit: int) -> list[DueNotice]:
    """Notices that are due, for the caller alone until then; who dies meanwhile leaves them to the next."""
    if limit <= 0:
        return []
    due = select(notices.c.seq).where(notices.c.due_at <= now).order_by(notices.c.due_at, notices.c.seq).limit(limit)
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    taken = connection.execute(
        update(notices)
        .where(notices.c.seq.in_(due.scalar_subquery()))
        .values(due_at=until, tries=notices.c.tries + 1)
        .returning(notices.c.seq, notices.c.id, notices.c.body, notices.c.tries, notices.c.webhook_id)
    ).all()
    wanted = {row.webhook_id for row in taken}
    found = connection.execute(
        select(webhooks.c.id, webhooks.c.url, webhooks.c.secret).where(webhooks.c.id.in_(wanted))
    )
    places = {row.id: (row.url, row.secret) for row in found}
    return sorted(
        (
            DueNotice(**row._mapping, url=places[row.webhook_id][0], secret=places[row.webhook_id][1])  # noqa: SLF001
            for row in taken
        ),
        key=lambda one: one.seq,
    )


def next_due(connection: Connection) -> datetime | None:
    """When the next notice is due."""
    found: datetime | None = connection.execute(select(func.min(notices.c.due_at))).scalar()
    return found


def told(connection: Connection, one: DueNotice, *, now: datetime) -> None:
    """The notice was taken."""
    connection.execute(delete(notices).where(notices.c.seq == one.seq))
    connection.execute(
        update(webhooks).where(webhooks.c.id == one.webhook_id).values(last_sent_at=now, last_fault=None)
    )


def failed(connection: Connection, one: DueNotice, *, fault: str, again_at: datetime | None) -> None:
    """The notice was not taken; without a time it is given up."""
    if again_at is None:
        connection.execute(delete(notices).where(notices.c.seq == one.seq))
    else:
        connection.execute(update(notices).where(notices.c.seq == one.seq).values(due_at=again_at))
    connection.execute(update(webhooks).where(webhooks.c.id == one.webhook_id).values(last_fault=fault[:200]))


def add_webhook(connection: Connection, webhook: Webhook, *, most: int) -> bool:
    """Whether the organisation had room for one more."""
    count = connection.execute(
        select(func.count()).select_from(webhooks).where(webhooks.c.org_id == webhook.org_id)
    ).scalar_one()
    if count >= most:
        return False
    connection.execute(insert(webhooks).values({field.name: getattr(webhook, field.name) for field in fields(webhook)}))
    return True


def webhooks_of(connection: Connection, org_id: str) -> Sequence[Webhook]:
    """An organisation's webhooks, oldest first."""
    rows = connection.execute(
        select(webhooks).where(webhooks.c.org_id == org_id).order_by(webhooks.c.created_at, webhooks.c.id)
    )
    return [Webhook(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented way


def change_webhook(connection: Connection, *, org_id: str, webhook_id: str, **values: Any) -> bool:
    """Whether a webhook of this organisation was there to change. A disabled one forgets what it was to be told."""
    done = connection.execute(
        update(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.org_id == org_id).values(values)
    )
    if done.rowcount and values.get("enabled") is False:
        connection.execute(delete(notices).where(notices.c.webhook_id == webhook_id))
    return done.rowcount == 1


def disable(connection: Connection, webhook_id: str, *, fault: str) -> None:
    """Stop telling a webhook whose owner says that it is gone."""
    connection.execute(delete(notices).where(notices.c.webhook_id == webhook_id))
    connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(enabled=False, last_fault=fault))


def remove_webhook(connection: Connection, *, org_id: str, webhook_id: str) -> bool:
    """Whether a webhook of this organisation was there to remove."""
    ours = select(webhooks.c.id).where(webhooks.c.id == webhook_id, webhooks.c.org_id == org_id)
    connection.execute(delete(notices).where(notices.c.webhook_id.in_(ours)))
    done = connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.org_id == org_id))
    return done.rowcount == 1
