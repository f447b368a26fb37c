"""`/tool-settings/{integration}/{tool}/rules`: conditional policies, and trying them out."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.domain.policy import Condition, Mode, Operator, Rule, decide, lets_more_run
from agentport_gateway.gateway import Gateway
from agentport_gateway.operations.configuring import add_rule, change_rule, remove_rule
from agentport_gateway.store.policies import PlacedRule
from agentport_gateway.surfaces.rest.access import InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.rest.second_factor import require

if TYPE_CHECKING:
    from agentport_gateway.domain.identity import Human

router = APIRouter(prefix="/tool-settings/{integration_id}/{tool_name}/rules", tags=["tool-settings"])

Text = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


class GivenCondition(BaseModel):
    """One parameter compared with some values."""

    model_config = ConfigDict(extra="forbid")

    param: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    operator: Operator
    values: list[Text] = Field(min_length=1, max_length=100)


class NewRule(BaseModel):
    """A rule."""

    model_config = ConfigDict(extra="forbid")

    priority: int = Field(default=100, ge=-(2**31), lt=2**31)
    effect: Mode
    enabled: bool = True
    conditions: list[GivenCondition] = Field(default_factory=list, max_length=50)
    totp_code: str | None = Field(default=None, max_length=100)


class RuleChange(BaseModel):
    """What to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    priority: int | None = Field(default=None, ge=-(2**31), lt=2**31)
    effect: Mode | None = None
    enabled: bool | None = None
    conditions: list[GivenCondition] | None = Field(default=None, max_length=50)
    totp_code: str | None = Field(default=None, max_length=100)


class Confirmation(BaseModel):
    """The second factor's code, where the person has one."""

    model_config = ConfigDict(extra="forbid")

    totp_code: str | None = Field(default=None, max_length=100)


class Trial(BaseModel):
    """Arguments to try the policy with."""

    model_config = ConfigDict(extra="forbid")

    args: dict[str, Any] = Field(default_factory=dict)


@router.get("", responses=refusals(401, 403))
async def listing(integration_id: str, tool_name: str, human: OnlyHuman, gateway: InGateway) -> list[dict[str, Any]]:
    """The tool's rules, in the order in which they win."""
    view = await gateway.views.of(human.org_id)
    return [_shown(rule) for rule in view.rules.get((integration_id, tool_name), ())]


@router.post("", status_code=201, responses=refusals(401, 403, 404))
async def add(
    integration_id: str, tool_name: str, given: NewRule, human: OnlyHuman, gateway: InGateway
) -> dict[str, Any]:
    """Add a rule. One that allows needs the second factor, where the person has one."""
    if integration_id not in (await gateway.views.of(human.org_id)).integrations:
        raise HTTPException(404, "There is no such integration.")
    rule = Rule(
        id=gateway.ids.uuid(),
        priority=given.priority,
        effect=given.effect,
        enabled=given.enabled,
        conditions=_conditions(given.conditions),
    )
    await _confirm(gateway, human, None, rule, given.totp_code)
    await add_rule(gateway, human, PlacedRule(integration_id=integration_id, tool_name=tool_name, rule=rule))
    return _shown(rule)


@router.post("/test", responses=refusals(401, 403))
async def test(
    integration_id: str, tool_name: str, given: Trial, human: OnlyHuman, gateway: InGateway
) -> dict[str, Any]:
    """What the policy would say to these arguments now."""
    view = await gateway.views.of(human.org_id)
    place = (integration_id, tool_name)
    verdict = decide(arguments=given.args, configured=view.modes.get(place), rules=view.rules.get(place, ()))
    return asdict(verdict)


@router.patch("/{rule_id}", responses=refusals(401, 403, 404))
async def change(
    integration_id: str, tool_name: str, rule_id: str, given: RuleChange, human: OnlyHuman, gateway: InGateway
) -> dict[str, Any]:
    """Change a rule. What lets more calls run needs the second factor, where the person has one."""
    rule = await _find(gateway, human.org_id, integration_id, tool_name, rule_id)
    changed = replace(
        rule,
        priority=rule.priority if given.priority is None else given.priority,
        effect=given.effect or rule.effect,
        enabled=rule.enabled if given.enabled is None else given.enabled,
        conditions=rule.conditions if given.conditions is None else _conditions(given.conditions),
    )
    await _confirm(gateway, human, rule, changed, given.totp_code)
    placed = PlacedRule(integration_id=integration_id, tool_name=tool_name, rule=changed)
    if not await change_rule(gateway, human, placed):
        raise HTTPException(404, "There is no such rule.")
    return _shown(changed)


@router.delete("/{rule_id}", status_code=204, responses=refusals(401, 403, 404))
async def remove(
    integration_id: str,
    tool_name: str,
    rule_id: str,
    human: OnlyHuman,
    gateway: InGateway,
    given: Confirmation | None = None,
) -> Response:
    """Remove a rule. One that denies or asks needs the second factor, where the person has one."""
    rule = await _find(gateway, human.org_id, integration_id, tool_name, rule_id)
    await _confirm(gateway, human, rule, None, given.totp_code if given is not None else None)
    await remove_rule(gateway, human, PlacedRule(integration_id=integration_id, tool_name=tool_name, rule=rule))
    return Response(status_code=204)


async def _confirm(gateway: Gateway, human: Human, before: Rule | None, after: Rule | None, code: str | None) -> None:
    if lets_more_run(before, after):
        await require(gateway, human, code)


async def _find(gateway: Gateway, org_id: str, integration_id: str, tool_name: str, rule_id: str) -> Rule:
    view = await gateway.views.of(org_id)
    for rule in view.rules.get((integration_id, tool_name), ()):
        if rule.id == rule_id:
            return rule
    raise HTTPException(404, "There is no such rule.")


def _conditions(given: list[GivenCondition]) -> tuple[Condition, ...]:
    return tuple(Condition(param=one.param, operator=one.operator, values=tuple(one.values)) for one in given)


def _shown(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "priority": rule.priority,
        "effect": rule.effect,
        "enabled": rule.enabled,
        "conditions": [
            {"param": one.param, "operator": one.operator, "values": list(one.values)} for one in rule.conditions
        ],
    }
