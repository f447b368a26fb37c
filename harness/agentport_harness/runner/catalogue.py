"""The agent rules that this package ships, found in their folder."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from agentport_harness.core.discovery import members
from agentport_harness.core.errors import HarnessError
from agentport_harness.core.rule import Rule


@cache
def agent_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of ids. Raises `HarnessError` when two share an id."""
    from agentport_harness import rules

    found = sorted(members(rules, Rule), key=lambda rule: rule.id)
    for one, other in pairwise(found):
        if one.id == other.id:
            raise HarnessError("duplicate-id", f"{one.id} is both {one.slug} and {other.slug}")
    return tuple(found)
