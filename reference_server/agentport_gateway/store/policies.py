"""Tool modes and conditional rules at rest."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from agentport_gateway.domain.policy import Condition, Rule
from agentport_gateway.store.dialect import insert_for
from agentport_gateway.store.news import announce
from agentport_gateway.store.schema import tool_rules, tool_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from agentport_gateway.domain.policy import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRule:
    """A rule and the tool it belongs to."""

    integration_id: str
    tool_name: str
    rule: Rule


def set_mode(
    connection: Connection,
    *,
    org_id: str,
    integration_id: str,
    tool_name: str,
    mode: Mode,
    by: str | None,
    now: datetime,
) -> None:
    """Set a tool's mode."""
    statement = insert_for(connection, tool_settings).values(
        org_id=org_id,
        integration_id=integration_id,
        tool_name=tool_name,
        mode=mode,
        updated_at=now,
        updated_by=by,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[
                tool_settings.c.org_id,
                tool_settings.c.integration_id,
                tool_settings.c.tool_name,
            ],
            set_={"mode": mode, "updated_at": now, "updated_by": by},
        )
    )
    announce(connection, "org", org_id)


def modes_of(connection: Connection, org_id: str) -> Mapping[tuple[str, str], Mode]:
    """The configured modes of an organisation, by integration and tool."""
    rows = connection.execute(
        select(tool_settings.c.integration_id, tool_settings.c.tool_name, tool_settings.c.mode).where(
            tool_settings.c.org_id == org_id
        )
    )
    return {(row.integration_id, row.tool_name): row.mode for row in rows}


def rules_of(connection: Connection, org_id: str) -> Sequence[PlacedRule]:
    """The rules of an organisation, in the order in which they win."""
    rows = connection.execute(
        select(tool_rules).where(tool_rules.c.org_id == org_id).order_by(tool_rules.c.priority, tool_rules.c.id)
    )
    return [_placed(row) for row in rows]


def add_rule(connection: Connection, *, org_id: str, placed: PlacedRule, now: datetime) -> None:
    """Keep a new rule."""
    connection.execute(
        insert(tool_rules).values(
            id=placed.rule.id,
            org_id=org_id,
            integration_id=placed.integration_id,
            tool_name=placed.tool_name,
            created_at=now,
            **_written(placed.rule),
        )
    )
    announce(connection, "org", org_id)


def change_rule(connection: Connection, *, org_id: str, placed: PlacedRule) -> bool:
    """Whether the rule was there to change."""
    done = connection.execute(update(tool_rules).where(*_this(org_id, placed)).values(**_written(placed.rule)))
    announce(connection, "org", org_id)
    return done.rowcount == 1


def remove_rule(connection: Connection, *, org_id: str, placed: PlacedRule) -> bool:
    """Whether the rule was there to remove."""
    done = connection.execute(delete(tool_rules).where(*_this(org_id, placed)))
    announce(connection, "org", org_id)
    return done.rowcount == 1


def _this(org_id: str, placed: PlacedRule) -> tuple[Any, ...]:
    return (
        tool_rules.c.id == placed.rule.id,
        tool_rules.c.org_id == org_id,
        tool_rules.c.integration_id == placed.integration_id,
        tool_rules.c.tool_name == placed.tool_name,
    )


def _written(rule: Rule) -> dict[str, Any]:
    return {
        "priority": rule.priority,
        "effect": rule.effect,
        "enabled": rule.enabled,
        "conditions": json.dumps([asdict(condition) for condition in rule.conditions]),
    }


def _placed(row: Row[Any]) -> PlacedRule:
    conditions = tuple(
        Condition(param=one["param"], operator=one["operator"], values=tuple(one["values"]))
        for one in json.loads(row.conditions)
    )
    return PlacedRule(
        integration_id=row.integration_id,
        tool_name=row.tool_name,
        rule=Rule(id=row.id, priority=row.priority, effect=row.effect, enabled=row.enabled, conditions=conditions),
    )
