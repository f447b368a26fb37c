"""Every rule says one thing of a session, and a rule's own fault takes no other verdict with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentport_harness.core.judge import LONGEST_EVIDENCE, judge
from agentport_harness.core.rule import Broken, Check, Kept, Observation, Rule, Unclear, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import AgentMessage, HumanMessage, Lack
from agentport_harness.core.verdict import Level
from tests.core.recorded import recorded

EVENTS = (HumanMessage(text="go"), AgentMessage(text="first", step=1), AgentMessage(text="second", step=2))


def made(
    check: Check, rule_id: str = "AP900", level: Level = "MUST", needs: tuple[Lack, ...] = (), *, always: bool = True
) -> Rule:
    return rule(rule_id, level=level, why="", mend="", passes="", fails="", needs=needs, always=always)(check)


def saying(*observations: Observation) -> Check:
    def check(session: Session) -> Iterator[Observation]:
        """Says what it was told to."""
        yield from observations

    return check


def fails(session: Session) -> Iterator[Observation]:
    """Does not work."""
    raise LookupError(f"{len(session.turns)} turn")


BROKEN = Broken(at=1, message="bad", expected="good", evidence="first")


@pytest.mark.parametrize(
    ("check", "level", "lacks", "status", "reason"),
    [
        (saying(), "MUST", (), "not_applicable", ""),
        (saying(Kept(at=1)), "MUST", (), "pass", ""),
        (saying(Kept(at=1), BROKEN), "MUST", (), "fail", ""),
        (saying(BROKEN), "SHOULD", (), "warn", ""),
        (saying(Kept(at=1), Unclear(at=1, reason="cut off")), "MUST", (), "not_testable", "cut off"),
        (saying(BROKEN), "MUST", ("results",), "not_testable", "the recording holds no results of calls"),
        (saying(), "MUST", ("results",), "not_applicable", ""),
        (fails, "MUST", (), "error", "the rule itself failed: LookupError: 1 turn"),
    ],
)
def test_a_rule_has_one_verdict(check: Check, level: Level, lacks: tuple[Lack, ...], status: str, reason: str) -> None:
    session = recorded(*EVENTS, lacks=frozenset(lacks))
    [verdict] = judge(session, [made(check, level=level, needs=("results",))])
    assert (verdict.status, verdict.reason) == (status, reason)
    assert bool(verdict.findings) == (status in {"fail", "warn"})


def test_verdicts_come_by_rule_id_and_findings_by_event_each_with_a_fingerprint_of_its_own() -> None:
    later = Broken(at=2, message="bad", expected="good", evidence="x" * 2000)
    verdicts = judge(
        recorded(*EVENTS),
        [made(saying(later, BROKEN, BROKEN), "AP902"), made(fails, "AP901")],
        skipped=[made(saying(), "AP900")],
    )
    assert [(verdict.rule, verdict.status) for verdict in verdicts] == [
        ("AP900", "skipped"),
        ("AP901", "error"),
        ("AP902", "fail"),
    ]
    findings = verdicts[2].findings
    assert [finding.event for finding in findings] == [1, 1, 2]
    assert len({finding.fingerprint for finding in findings}) == 3
    assert len(findings[2].evidence) == LONGEST_EVIDENCE


def test_a_rule_about_the_gateway_is_not_run_where_nothing_concerned_it() -> None:
    [verdict] = judge(recorded(*EVENTS), [made(fails, always=False)])
    assert verdict.status == "not_applicable"
