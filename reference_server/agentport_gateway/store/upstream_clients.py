"""Clients that operators registered with authorization servers by hand; their secrets arrive here sealed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.schema import upstream_clients as clients

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamClient:
    """A client for one integration at one address, known to one issuer; `secret` is sealed."""

    org_id: str
    integration_id: str
    address: str
    issuer: str
    client_id: str
    secret: str | None
    updated_at: datetime


def put(connection: Connection, client: UpstreamClient) -> None:
    """Keep a client in place of whatever there was."""
    values = asdict(client)
    connection.execute(
        insert_for(connection, clients)
        .values(values)
        .on_conflict_do_update(index_elements=[clients.c.org_id, clients.c.integration_id], set_=values)
    )


def find(connection: Connection, *, org_id: str, integration_id: str) -> UpstreamClient | None:
    """The client of an integration."""
    row = connection.execute(
        select(clients).where(clients.c.org_id == org_id, clients.c.integration_id == integration_id)
    ).one_or_none()
    return None if row is None else UpstreamClient(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way


def of(connection: Connection, org_id: str) -> Sequence[UpstreamClient]:
    """The clients of an organisation, by integration."""
    rows = connection.execute(select(clients).where(clients.c.org_id == org_id).order_by(clients.c.integration_id))
    return [UpstreamClient(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented way


def remove(connection: Connection, *, org_id: str, integration_id: str) -> bool:
    """Whether there was one to remove."""
    done = connection.execute(
        delete(clients).where(clients.c.org_id == org_id, clients.c.integration_id == integration_id)
    )
    return done.rowcount == 1
