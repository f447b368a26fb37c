"""The catalogue under test, and the shortest way from a trace to the ids that it breaks."""

from __future__ import annotations

from functools import cache

import agentport_harness.rules
from agentport_harness.core.discovery import members
from agentport_harness.core.judge import judge
from agentport_harness.core.rule import Rule
from agentport_harness.core.trace import Trace
from agentport_harness.core.verdict import Verdict
from agentport_harness.surfaces.reading import read_session


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of the shipped catalogue, by id."""
    return tuple(sorted(members(agentport_harness.rules, Rule), key=lambda rule: rule.id))


def verdicts(trace: Trace) -> dict[str, Verdict]:
    """What every rule says of a trace, by rule id."""
    return {verdict.rule: verdict for verdict in judge(read_session(trace), rules())}


def broken(trace: Trace) -> frozenset[str]:
    """The ids of the rules that a trace breaks, MUST and SHOULD alike."""
    return frozenset(rule for rule, verdict in verdicts(trace).items() if verdict.status in {"fail", "warn"})


def explained(trace: Trace) -> str:
    """Every finding of a trace in a line: what an assertion prints when a label is wrong."""
    lines = [
        f"{verdict.rule} {verdict.slug} at event {finding.event}: {finding.message} - {finding.evidence[:200]!r}"
        for verdict in verdicts(trace).values()
        for finding in verdict.findings
    ]
    return "\n".join(lines) or "no finding"
