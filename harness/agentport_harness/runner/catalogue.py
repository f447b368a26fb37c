"""The agent rules, gateway checks, skill checks and report formats that this package ships, found in their folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import TypeVar

from agentport_harness.bench.check import GatewayCheck
from agentport_harness.core.discovery import members
from agentport_harness.core.errors import HarnessError
from agentport_harness.core.report import RuleText
from agentport_harness.core.rule import Rule
from agentport_harness.core.writer import Writer
from agentport_harness.skill_bundle.check import SkillCheck

M = TypeVar("M", Rule, GatewayCheck, SkillCheck)


@cache
def agent_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import rules

    return _by_id(members(rules, Rule))


@cache
def gateway_checks() -> tuple[GatewayCheck, ...]:
    """Every check of a gateway, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import gateway_checks

    return _by_id(members(gateway_checks, GatewayCheck))


@cache
def skill_checks() -> tuple[SkillCheck, ...]:
    """Every check of a skill bundle, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import skill_checks

    return _by_id(members(skill_checks, SkillCheck))


def _by_id(found: Iterable[M]) -> tuple[M, ...]:
    ordered = sorted(found, key=lambda member: member.id)
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise HarnessError("duplicate-id", f"{one.id} is both {one.slug} and {other.slug}")
    return tuple(ordered)


@cache
def rule_texts() -> Mapping[str, RuleText]:
    """What the catalogue says of every rule and check, by id."""
    from agentport_harness.runner.requirements import requirements

    taught = {rule: required.sections for rule, required in requirements().items()}
    every: tuple[Rule | GatewayCheck | SkillCheck, ...] = (*agent_rules(), *gateway_checks(), *skill_checks())
    return {one.id: RuleText(text=one.text, why=one.why, mend=one.mend, taught=taught.get(one.id, ())) for one in every}


@cache
def report_writers() -> dict[str, Writer]:
    """Every report format by name."""
    from agentport_harness import reports

    return {writer.name: writer for writer in members(reports, Writer)}
