"""Rules about arguments do what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON
from agentport_harness.core.outcomes import OutcomeKind
from agentport_harness.core.transcript import Mode

_KIND: Mapping[Mode, OutcomeKind] = {
    "allow": "executed",
    "require_approval": "approval_required",
    "deny": "denied_by_policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Arguments, and the mode that has to be in force for them."""

    says: str
    given: Mapping[str, JSON]
    mode: Mode


def _rule(
    effect: Mode, *conditions: tuple[str, str, Sequence[str]], priority: int = 10, **more: JSON
) -> dict[str, JSON]:
    stated = [{"param": param, "operator": operator, "values": list(values)} for param, operator, values in conditions]
    return {"priority": priority, "effect": effect, "enabled": True, "conditions": stated, **more}


_RULES: tuple[dict[str, JSON], ...] = (
    _rule("deny", ("equal", "equals", ["prod", "live"])),
    _rule("deny", ("within", "contains", ["secret"])),
    _rule("deny", ("start", "starts_with", ["/etc"])),
    _rule("deny", ("end", "ends_with", [".key"])),
    _rule("require_approval", ("left", "equals", ["1"]), ("right", "equals", ["2"])),
    _rule("allow", ("order", "equals", ["x"]), priority=1),
    _rule("deny", ("order", "equals", ["x"]), priority=2),
    _rule("allow", ("tie", "starts_with", ["t"]), priority=5),
    _rule("require_approval", ("tie", "starts_with", ["t"]), priority=5),
    _rule("deny", ("tie", "equals", ["tt"]), priority=5),
    _rule("deny", ("off", "equals", ["x"]), enabled=False),
)
"""No two are about the same parameter, but those that are to meet: a missing parameter never matches."""
_TRIALS: tuple[_Trial, ...] = (
    _Trial(says="no rule matches: the tool's own mode", given={"other": "prod"}, mode="allow"),
    _Trial(says="equals", given={"equal": "prod"}, mode="deny"),
    _Trial(says="any of several values", given={"equal": "live"}, mode="deny"),
    _Trial(says="equals means all of it", given={"equal": "production"}, mode="allow"),
    _Trial(says="any element of a list", given={"equal": ["test", "prod"]}, mode="deny"),
    _Trial(says="contains", given={"within": "a secret thing"}, mode="deny"),
    _Trial(says="starts_with", given={"start": "/etc/passwd"}, mode="deny"),
    _Trial(says="starts_with is not contains", given={"start": "/home/etc"}, mode="allow"),
    _Trial(says="ends_with", given={"end": "server.key"}, mode="deny"),
    _Trial(says="ends_with is not contains", given={"end": "server.key.pub"}, mode="allow"),
    _Trial(says="all conditions hold", given={"left": "1", "right": "2"}, mode="require_approval"),
    _Trial(says="one of two conditions holds", given={"left": "1", "right": "3"}, mode="allow"),
    _Trial(says="a missing parameter never matches", given={"left": "1"}, mode="allow"),
    _Trial(says="the lowest priority wins", given={"order": "x"}, mode="allow"),
    _Trial(says="a tie goes to require_approval before allow", given={"tie": "t"}, mode="require_approval"),
    _Trial(says="a tie goes to deny before all", given={"tie": "tt"}, mode="deny"),
    _Trial(says="a rule that is switched off", given={"off": "x"}, mode="allow"),
)


@gateway_check(
    "GW409",
    level="MAY",
    needs=("rules", "mode", "probe"),
    timeout=90,
    why="A rule that matches otherwise than it reads lets through what it was written to stop.",
    mend="Values are ORed, conditions ANDed; lowest priority wins, a tie goes deny, require_approval, allow.",
)
async def conditional_rules(bench: Bench) -> AsyncIterator[Sighting]:
    """Where offered: documented operators, precedence and ties.

    A missing parameter never matches; where no rule does, the tool's own mode counts.
    """
    tool = await bench.tool(mode="allow")
    for rule in _RULES:
        await bench.adapter.add_rule(tool.integration_id, tool.name, rule)
    for trial in _TRIALS:
        yield await _tried(bench, tool, trial)


async def _tried(bench: Bench, tool: ProbeTarget, trial: _Trial) -> Sighting:
    before = len(tool.received)
    reply = await (await bench.agent()).call(tool, dict(trial.given))
    ran = len(tool.received) > before
    return sighted(
        reply.kind == _KIND[trial.mode] and ran == (trial.mode == "allow"),
        f"the rules decide otherwise than documented: {trial.says}",
        expected=trial.mode,
    )
