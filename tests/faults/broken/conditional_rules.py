"""What `conditional_rules` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain import policy
from tests.faults.fault import breaks


@breaks("GW409")
def ties_are_generous(patch: pytest.MonkeyPatch) -> None:
    """Of rules of one priority the mildest wins."""
    patch.setattr(policy, "_STRICTNESS", {"allow": 0, "require_approval": 1, "deny": 2})


@breaks("GW409")
def ends_with_is_contains(patch: pytest.MonkeyPatch) -> None:
    """`ends_with` finds its value anywhere."""
    whole = policy._compares
    patch.setattr(
        policy,
        "_compares",
        lambda operator, given, value: whole("contains" if operator == "ends_with" else operator, given, value),
    )


@breaks("GW409")
def one_condition_is_enough(patch: pytest.MonkeyPatch) -> None:
    """A rule matches when any of its conditions does."""

    def broken(rule: Any, arguments: Any) -> bool:
        return not rule.conditions or any(policy._holds(condition, arguments) for condition in rule.conditions)

    patch.setattr(policy, "matches", broken)
