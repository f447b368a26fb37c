"""The agent rules and report formats that this package ships, found in their folders."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from agentport_harness.core.discovery import members
from agentport_harness.core.errors import HarnessError
from agentport_harness.core.rule import Rule
from agentport_harness.core.writer import Writer


@cache
def agent_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import rules

    found = sorted(members(rules, Rule), key=lambda rule: rule.id)
    for one, other in pairwise(found):
        if one.id == other.id:
            raise HarnessError("duplicate-id", f"{one.id} is both {one.slug} and {other.slug}")
    return tuple(found)


@cache
def report_writers() -> dict[str, Writer]:
    """Every report format by name."""
    from agentport_harness import reports

    return {writer.name: writer for writer in members(reports, Writer)}
