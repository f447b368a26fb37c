"""What a check of files finds becomes a verdict: in order, each finding with a name of its own."""

from __future__ import annotations

from dataclasses import dataclass

from agentport_harness.core.inspection import Fault, fault_verdict, plain_verdict
from agentport_harness.core.verdict import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    id: str = "XX1"
    slug: str = "looks-right"
    level: Level = "MUST"


def test_faults_come_in_the_order_of_files_and_lines_each_with_its_place() -> None:
    faults = [
        Fault(path="b", line=1, message="wrong", expected="right"),
        Fault(path="a", line=7, message="wrong", expected="right", evidence="x"),
        Fault(path="a", line=2, message="wrong", expected="right", evidence="x"),
        Fault(path="a", message="wrong", expected="right"),
    ]

    verdict = fault_verdict(_Check(), faults, why="it matters")

    assert (verdict.rule, verdict.slug, verdict.status) == ("XX1", "looks-right", "fail")
    places = [(finding.place.path, finding.place.line) for finding in verdict.findings]
    assert places == [("a", None), ("a", 2), ("a", 7), ("b", 1)]
    assert len({finding.fingerprint for finding in verdict.findings}) == 4
    assert {finding.why for finding in verdict.findings} == {"it matters"}


def test_what_should_be_is_a_warning_and_the_rest_has_no_findings() -> None:
    fault = Fault(path="a", message="wrong", expected="right")

    assert fault_verdict(_Check(level="SHOULD"), [fault]).status == "warn"
    skipped = plain_verdict(_Check(), "skipped", "deselected")
    assert (skipped.status, skipped.reason, skipped.findings) == ("skipped", "deselected", ())
