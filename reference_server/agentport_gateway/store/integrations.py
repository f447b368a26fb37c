"""Custom integrations and installations at rest; credentials arrive here sealed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from agentport_gateway.store import upstream_grants
from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import custom_integrations, installed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomIntegration:
    """An integration that an organisation added itself: its definition as JSON, its credential sealed."""

    org_id: str
    id: str
    definition: dict[str, Any]
    secret: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An integration that an organisation uses; `token` is sealed."""

    id: str
    org_id: str
    integration_id: str
    type: str
    auth_method: str
    connected: bool
    token: str | None
    added_at: datetime


class AlreadyThereError(Exception):
    """The organisation has one of this id already."""


def add_custom(connection: Connection, custom: CustomIntegration) -> None:
    """Keep a custom integration. Raises AlreadyThereError."""
    done = connection.execute(
        insert_for(connection, custom_integrations)
        .values(
            org_id=custom.org_id,
            id=custom.id,
            definition=json.dumps(custom.definition),
            secret=custom.secret,
            created_at=custom.created_at,
            updated_at=custom.updated_at,
        )
        .on_conflict_do_nothing()
    )
    if done.rowcount == 0:
        raise AlreadyThereError
    announce(connection, "tools", custom.org_id)


def change_custom(connection: Connection, custom: CustomIntegration) -> None:
    """Replace the definition and the credential of a custom integration."""
    connection.execute(
        update(custom_integrations)
        .where(custom_integrations.c.org_id == custom.org_id, custom_integrations.c.id == custom.id)
        .values(definition=json.dumps(custom.definition), secret=custom.secret, updated_at=custom.updated_at)
    )
    announce(connection, "tools", custom.org_id)


def remove_custom(connection: Connection, *, org_id: str, integration_id: str) -> bool:
    """Whether a custom integration was there to remove; its installation goes with it."""
    remove_installation(connection, org_id=org_id, integration_id=integration_id)
    done = connection.execute(
        delete(custom_integrations).where(
            custom_integrations.c.org_id == org_id, custom_integrations.c.id == integration_id
        )
    )
    return done.rowcount == 1


def find_custom(connection: Connection, *, org_id: str, integration_id: str) -> CustomIntegration | None:
    """One custom integration."""
    row = connection.execute(
        select(custom_integrations).where(
            custom_integrations.c.org_id == org_id, custom_integrations.c.id == integration_id
        )
    ).one_or_none()
    return None if row is None else _custom(row)


def customs_of(connection: Connection, org_id: str) -> Sequence[CustomIntegration]:
    """The custom integrations of an organisation, by id."""
    rows = connection.execute(
        select(custom_integrations).where(custom_integrations.c.org_id == org_id).order_by(custom_integrations.c.id)
    )
    return [_custom(row) for row in rows]


def install(connection: Connection, installation: Installation) -> None:
    """Keep an installation. Raises AlreadyThereError."""
    done = connection.execute(
        insert_for(connection, installed)
        .values({field.name: getattr(installation, field.name) for field in fields(installation)})
        .on_conflict_do_nothing(index_elements=[installed.c.org_id, installed.c.integration_id])
    )
    if done.rowcount == 0:
        raise AlreadyThereError
    announce(connection, "tools", installation.org_id)


def remove_installation(connection: Connection, *, org_id: str, integration_id: str) -> bool:
    """Whether an installation was there to remove; what was granted to it goes with it."""
    upstream_grants.forget(connection, org_id=org_id, integration_id=integration_id)
    done = connection.execute(
        delete(installed).where(installed.c.org_id == org_id, installed.c.integration_id == integration_id)
    )
    announce(connection, "tools", org_id)
    return done.rowcount == 1


def installations_of(connection: Connection, org_id: str) -> Sequence[Installation]:
    """The installations of an organisation, oldest first."""
    rows = connection.execute(
        select(installed).where(installed.c.org_id == org_id).order_by(installed.c.added_at, installed.c.id)
    )
    return [Installation(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented way


def _custom(row: Row[Any]) -> CustomIntegration:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way
    values["definition"] = json.loads(values["definition"])
    return CustomIntegration(**values)
