"""The rules, checks, clients and report formats that this package ships, found in their folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import TypeAlias, TypeVar

from agentport_harness.bench.check import GatewayCheck
from agentport_harness.core.discovery import members
from agentport_harness.core.errors import HarnessError
from agentport_harness.core.report import RuleText
from agentport_harness.core.rule import Rule
from agentport_harness.core.writer import Writer
from agentport_harness.setups.check import SetupCheck
from agentport_harness.setups.client import Client
from agentport_harness.skill_bundle.check import SkillCheck

AnyCheck: TypeAlias = Rule | GatewayCheck | SkillCheck | SetupCheck
M = TypeVar("M", Rule, GatewayCheck, SkillCheck, SetupCheck)


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


@cache
def setup_checks() -> tuple[SetupCheck, ...]:
    """Every check of a client's set-up, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import setup_checks

    return _by_id(members(setup_checks, SetupCheck))


def every_check() -> tuple[AnyCheck, ...]:
    """The whole catalogue: rules for agents, then checks of gateways, of skills and of set-ups."""
    return (*agent_rules(), *gateway_checks(), *skill_checks(), *setup_checks())


@cache
def clients() -> dict[str, Client]:
    """Every agent client whose set-up is known, by name, in the order of names."""
    from agentport_harness import client_setups

    return {client.name: client for client in sorted(members(client_setups, Client), key=lambda client: client.name)}


def _by_id(found: Iterable[M]) -> tuple[M, ...]:
    ordered = sorted(found, key=lambda member: member.id)
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise HarnessError("duplicate-id", f"{one.id} is both {one.slug} and {other.slug}")
    return tuple(ordered)


def rule_texts() -> Mapping[str, RuleText]:
    """What the catalogue says of every rule and check, by id; looked up when a report asks for it."""
    return _TEXTS


class _Texts(Mapping[str, RuleText]):
    """A run without findings needs none of the texts, and most others need those of rules for agents alone."""

    def __getitem__(self, check_id: str) -> RuleText:
        found = _by_name(agent_rules()).get(check_id) or _by_name(every_check())[check_id]
        return RuleText(text=found.text, why=found.why, mend=found.mend, taught=_taught(check_id))

    def __iter__(self) -> Iterator[str]:
        return iter(_by_name(every_check()))

    def __len__(self) -> int:
        return len(every_check())


_TEXTS = _Texts()


@cache
def _by_name(checks: tuple[AnyCheck, ...]) -> Mapping[str, AnyCheck]:
    return {one.id: one for one in checks}


def _taught(rule_id: str) -> tuple[str, ...]:
    from agentport_harness.runner.bindings import requirements

    required = requirements().get(rule_id)
    return required.sections if required else ()


@cache
def report_writers() -> dict[str, Writer]:
    """Every report format by name."""
    from agentport_harness import reports

    return {writer.name: writer for writer in members(reports, Writer)}
