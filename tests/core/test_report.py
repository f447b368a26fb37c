"""What a run amounts to: its exit code and its counts; and the document that says all of it."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from agentport_harness.core.report import Met, Problem, Run, SessionReport, SubjectKind
from agentport_harness.core.run_format import run_document
from agentport_harness.core.trace import Place
from agentport_harness.core.verdict import Finding, Status, Verdict


def finding(*, baselined: bool = False) -> Finding:
    place = Place(path="a.jsonl", line=3, pointer="/x")
    return Finding(
        message="bad", turn=1, event=2, evidence="e", expected="good", place=place, fingerprint="f" * 16,
        baselined=baselined,
    )  # fmt: skip


def verdict(status: Status, *findings: Finding, rule: str = "AP101", reason: str = "") -> Verdict:
    return Verdict(rule=rule, slug="some-rule", level="MUST", status=status, reason=reason, findings=findings)


def session(*verdicts: Verdict, **rest: Any) -> SessionReport:
    return SessionReport(source="a.jsonl", input_format="codex", verdicts=verdicts, **rest)


def run(*sessions: SessionReport, kind: SubjectKind = "recording", **rest: Any) -> Run:
    return Run(kind=kind, name="a.jsonl", sessions=sessions, **rest)


CLEAN, BAD = session(verdict("pass")), session(verdict("fail", finding()))
WARNED = session(verdict("warn", finding()))
KNOWN = session(verdict("fail", finding(baselined=True)))
MET, UNMET = Met(rules=("AP101",)), Met(rules=(), differences=("AP101 was broken",))


@pytest.mark.parametrize(
    ("told", "strict", "code"),
    [
        (run(), False, 0),
        (run(CLEAN), False, 0),
        (run(CLEAN, BAD), False, 1),
        (run(WARNED), False, 0),
        (run(WARNED), True, 1),
        (run(KNOWN), True, 0),
        (run(CLEAN, stale=("x",)), False, 1),
        (run(BAD, session(problem=Problem(message="gone"))), False, 2),
        (run(session(problem=Problem(message="away", exit_code=3)), BAD), False, 3),
        (run(BAD, session(problem=Problem(message="gone")), session(verdict("error"))), False, 4),
        (run(BAD, kind="transcript"), False, 0),
        (run(session(verdict("fail", finding()), expectation=MET), kind="transcript"), False, 0),
        (run(session(verdict("pass"), expectation=UNMET), kind="transcript"), False, 1),
    ],
)
def test_the_gravest_thing_in_a_run_is_its_exit_code(told: Run, strict: bool, code: int) -> None:
    assert told.exit_code(strict=strict) == code


def test_a_summary_counts_verdicts_and_takes_an_unjudged_session_for_an_error() -> None:
    counts = run(BAD, WARNED, session(problem=Problem(message="gone"))).summary()
    assert {name: count for name, count in counts.items() if count} == {"sessions": 3, "fail": 1, "warn": 1, "error": 1}


def test_a_session_tells_which_rules_were_broken_and_how_often() -> None:
    told = session(verdict("fail", finding(), finding()), verdict("warn", finding(), rule="AP201"), verdict("pass"))
    assert (told.findings_count, told.broken()) == (3, ("AP101", "AP201"))


@pytest.mark.parametrize(
    "told",
    [
        run(),
        run(CLEAN, BAD, KNOWN, stale=("ffff",), facts={"gateway": "1.0"}),
        run(
            session(verdict("not_testable", reason="cut off"), title="t", warnings=("w",), sentences=("s",)),
            session(problem=Problem(message="gone", at="a:1", hint="look")),
            session(skipped="no ap", expectation=MET),
            session(expectation=UNMET),
            kind="transcript",
        ),
    ],
)
def test_the_document_of_a_run_fits_its_schema_and_holds_what_was_told(told: Run) -> None:
    document = json.loads(json.dumps(run_document(told)))
    schema = json.loads(resources.files("agentport_harness").joinpath("schemas/run.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["summary"] == told.summary()
    assert document.get("stale", []) == list(told.stale)
    assert document.get("facts", {}) == told.facts
    for entry, reported in zip(document["sessions"], told.sessions, strict=True):
        assert [each["status"] for each in entry["verdicts"]] == [each.status for each in reported.verdicts]
        assert entry.get("title", "") == reported.title
        assert entry.get("skipped", "") == reported.skipped
        assert entry.get("warnings", []) == list(reported.warnings)
        assert entry.get("sentences", []) == list(reported.sentences)
        assert ("problem" in entry) == (reported.problem is not None)
        assert ("expectation" in entry) == (reported.expectation is not None)


def test_a_finding_in_the_document_says_where_it_is() -> None:
    [entry] = run_document(run(BAD))["sessions"]  # type: ignore[misc, union-attr]
    [found] = entry["verdicts"][0]["findings"]  # type: ignore[call-overload, index]
    assert found["location"] == {"path": "a.jsonl", "line": 3, "pointer": "/x"}  # type: ignore[call-overload, index]
