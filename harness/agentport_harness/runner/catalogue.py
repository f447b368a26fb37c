"""The rules, checks, clients and report formats that this package ships, found in their folders."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import TypeVar

from agentport_harness.core.discovery import members
from agentport_harness.core.errors import HarnessError
from agentport_harness.core.rule import Rule
from agentport_harness.core.writer import Writer
from agentport_harness.setups.check import SetupCheck
from agentport_harness.setups.client import Client
from agentport_harness.skill_bundle.check import SkillCheck

M = TypeVar("M", Rule, SkillCheck, SetupCheck)


@cache
def agent_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import rules

    return _by_id(members(rules, Rule))


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


@cache
def taught_in() -> dict[str, tuple[str, ...]]:
    """The sections of the shipped skills that teach each rule, by id, as ``skill#section``.

    They follow from the skills' own traceability; what a rule's file says of it does not count.
    """
    from agentport_harness.bundled import skills_folder
    from agentport_harness.skill_bundle.reading import traceability_record
    from agentport_harness.skill_bundle.traceability import taught_sections
    from agentport_harness.skill_files import folder_bundle

    record = traceability_record(folder_bundle(skills_folder()))
    return taught_sections(record) if record else {}


@cache
def report_writers() -> dict[str, Writer]:
    """Every report format by name."""
    from agentport_harness import reports

    return {writer.name: writer for writer in members(reports, Writer)}
