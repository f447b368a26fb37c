"""Whether a call may run: per-tool modes and conditional rules, decided from values alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Mode = Literal["allow", "require_approval", "deny"]
Operator = Literal["equals", "contains", "starts_with", "ends_with"]
Source = Literal["rule", "configured", "default"]

MODES: tuple[Mode, ...] = get_args(Mode)
OPERATORS: tuple[Operator, ...] = get_args(Operator)
DEFAULT_MODE: Mode = "require_approval"

# Among rules of one priority the strictest wins.
_STRICTNESS: dict[Mode, int] = {"deny": 0, "require_approval": 1, "allow": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One parameter compared with some values; any value that fits is enough."""

    param: str
    operator: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A conditional policy of one tool: every condition must hold; the lowest priority number wins."""

    id: str
    priority: int
    effect: Mode
    enabled: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The mode in force for one call, and what said so."""

    mode: Mode
    source: Source
    rule_id: str | None = None


def decide(*, arguments: Mapping[str, Any], configured: Mode | None, rules: Iterable[Rule]) -> Verdict:
    """The verdict for a call: the winning rule, else the configured mode, else approval is required."""
    matching = [rule for rule in rules if rule.enabled and matches(rule, arguments)]
    if matching:
        winner = min(matching, key=lambda rule: (rule.priority, _STRICTNESS[rule.effect], rule.id))
        return Verdict(mode=winner.effect, source="rule", rule_id=winner.id)
    if configured is not None:
        return Verdict(mode=configured, source="configured")
    return Verdict(mode=DEFAULT_MODE, source="default")


def lets_more_run(before: Rule | None, after: Rule | None) -> bool:
    """Whether a change of a rule may let calls run that nobody says yes to any more; None is no rule.

    Letting fewer run, or asking where it was denied, is none: there somebody still decides on each call.
    """
    if after is not None and after.enabled and after.effect == "allow":
        return after != before
    if before is None or not before.enabled or before.effect == "allow":
        return False
    # Behind a rule that denies or asks there may be one, or a mode, that allows.
    kept = after is not None and after.enabled and after.conditions == before.conditions
    return not kept or (after is not None and after.priority > before.priority)


def matches(rule: Rule, arguments: Mapping[str, Any]) -> bool:
    """Whether every condition of the rule holds; a rule without conditions always matches."""
    return all(_holds(condition, arguments) for condition in rule.conditions)


def _holds(condition: Condition, arguments: Mapping[str, Any]) -> bool:
    if condition.param not in arguments:
        return False
    given = arguments[condition.param]
    elements = given if isinstance(given, list) else [given]
    return any(
        _compares(condition.operator, _text(element), value) for element in elements for value in condition.values
    )


def _compares(operator: Operator, given: str, value: str) -> bool:
    match operator:
        case "equals":
            return given == value
        case "contains":
            return value in given
        case "starts_with":
            return given.startswith(value)
        case "ends_with":
            return given.endswith(value)


def _text(value: Any) -> str:
    """How a value is written in a rule: as in JSON, strings without their quotes, 1.0 as 1."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            import json

            return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
