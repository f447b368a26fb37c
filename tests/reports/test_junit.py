"""JUnit XML, read by a parser that is not ours."""

from __future__ import annotations

from typing import Any

from junitparser import JUnitXml

from agentport_harness.core.report import Run
from tests.reports.runs import HOSTILE, declared, finding, hostile, many, recordings, session, small, verdict, written


def cases(run: Run) -> dict[str, Any]:
    """Every testcase by its name."""
    return {case.name: case for suite in JUnitXml.fromstring(written("junit", run).encode()) for case in suite}


def results(case: Any) -> list[tuple[str, str]]:
    return [(type(result).__name__, result.message) for result in case.result]


def properties(case: Any) -> dict[str, str]:
    return {one.get("name"): one.get("value") for one in case._elem.iter("property")}


def test_a_recording_has_one_testcase_for_each_rule_and_the_status_decides_its_result() -> None:
    found = cases(small())
    assert results(found["AP102 approval-url-verbatim"]) == [("Failure", "the approval URL was altered")]
    assert results(found["AP104 await-in-same-turn"]) == [("Skipped", "the recording holds no human messages")]
    assert results(found["AP106 keep-waiting"]) == [("Skipped", "what triggers the rule never happened")]
    assert results(found["AP301 tell-the-outcome"]) == [("Skipped", "deselected")]
    assert results(found["AP101 share-approval-url"]) == []


def test_a_failure_names_the_rule_the_place_the_evidence_and_what_was_expected() -> None:
    case = cases(small())["AP102 approval-url-verbatim"]
    (failure,) = case.result
    assert failure.type == "approval-url-verbatim"
    for part in ("AP102", "runs/refund.jsonl:6", "turn 1, event 4", "approve/{id}", "approve/3f0c9d6e"):
        assert part in failure.text
    assert properties(case) == {"level": "MUST", "status": "fail", "file": "runs/refund.jsonl", "line": "6"}


def test_a_warning_passes_and_is_told_in_the_output() -> None:
    case = cases(small())["AP203 info-says-why"]
    assert results(case) == []
    assert "the reason is in no words" in case.system_out
    assert "the reason repeats the arguments" not in case.system_out


def test_a_finding_of_the_baseline_is_a_skip_and_the_new_ones_beside_it_fail() -> None:
    known, new = finding("known", baselined=True), finding("new")
    (case,) = cases(recordings(session(verdict("AP102", "approval-url-verbatim", "fail", known)))).values()
    assert results(case) == [("Skipped", "in the baseline: known")]
    (case,) = cases(recordings(session(verdict("AP102", "approval-url-verbatim", "fail", known, new, new)))).values()
    assert results(case) == [("Failure", "new (and 1 more)")]


def test_a_source_that_cannot_be_judged_and_a_check_that_fails_itself_are_errors() -> None:
    found = cases(small())["session"]
    assert results(found) == [("Error", "runs/broken.jsonl:3: not a session")]
    assert "copied whole" in found.result[0].text
    (case,) = cases(recordings(session(verdict("AP101", "share", "error", reason="IndexError")))).values()
    assert results(case) == [("Error", "IndexError")]


def test_a_stale_baseline_entry_fails() -> None:
    assert results(cases(recordings(stale=["AP101 gone"]))["AP101 gone"])[0][0] == "Failure"


def test_a_transcript_is_one_testcase_and_fails_on_an_unmet_expectation_only() -> None:
    found = cases(declared())
    assert {name: [kind for kind, _ in results(case)] for name, case in found.items()} == {
        "sharing/conforming": [],
        "sharing/faulty": [],
        "sharing/surprising": ["Failure"],
        "sharing/shelled": ["Skipped"],
        "sharing/lost": ["Error"],
    }
    assert found["sharing/conforming"].classname == "sharing"
    assert found["sharing/conforming"].time == 0.25
    assert properties(found["sharing/faulty"])["declares"] == "AP102"
    assert "the approval URL was altered" in found["sharing/surprising"].result[0].text


def test_a_check_that_fails_itself_is_an_error_of_the_transcript() -> None:
    broken = session(verdict("AP101", "share", "error", reason="IndexError"))
    (case,) = cases(Run(kind="transcript", name="", sessions=(broken,))).values()
    assert results(case) == [("Error", "AP101: IndexError")]


def test_a_transcript_without_a_file_has_no_properties() -> None:
    (case,) = cases(Run(kind="transcript", name="", sessions=(session(source=""),))).values()
    assert properties(case) == {}
    assert case.classname == "transcripts"


def test_the_totals_are_the_sums() -> None:
    xml = JUnitXml.fromstring(written("junit", small()).encode())
    assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (8, 1, 1, 3)
    xml.update_statistics()
    assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (8, 1, 1, 3)


def test_hostile_text_is_only_text_with_its_forbidden_characters_written_out() -> None:
    xml = JUnitXml.fromstring(written("junit", hostile()).encode())
    case = next(case for suite in xml for case in suite if case.name == "AP101 share-approval-url")
    told = case.result[0].text
    assert "<script>document.title='owned'</script>" in told
    assert "]]>\\x00\\x1b[31m\\u202eevil" in told
    assert "\\ud800 \\ufffe" in told
    assert HOSTILE not in told


def test_ten_thousand_sessions_are_written_in_one_go() -> None:
    text = written("junit", many(10_000, faulty_every=100))
    assert text.count("<testsuite ") == 10_000
    assert text.count("<failure") == 100
