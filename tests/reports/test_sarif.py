"""SARIF, checked against the schema of OASIS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.trace import Place
from tests.reports.runs import clean, declared, finding, hostile, many, recordings, session, small, verdict, written

SCHEMA = json.loads((Path(__file__).parents[1] / "fixtures" / "reports" / "sarif-2.1.0.schema.json").read_text())


def sarif(run: Run) -> Any:
    """The one run of a valid SARIF log."""
    document = json.loads(written("sarif", run))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    (only,) = document["runs"]
    return only


def uri_of(path: str) -> str | None:
    """The URI that a finding in a file of that name has."""
    run = sarif(recordings(session(verdict("AP102", "slug", "fail", finding(place=Place(path=path, line=3))))))
    physical = run["results"][0]["locations"][0].get("physicalLocation")
    return physical and physical["artifactLocation"]["uri"]


@pytest.mark.parametrize("run", [small, clean, declared, hostile, recordings])
def test_every_log_is_valid(run: Any) -> None:
    assert sarif(run())["tool"]["driver"]["name"] == "agentport-conformance"


def test_every_rule_of_the_run_is_described_with_its_level_and_where_it_is_explained() -> None:
    rules = {rule["id"]: rule for rule in sarif(small())["tool"]["driver"]["rules"]}
    assert list(rules) == ["AP101", "AP102", "AP104", "AP106", "AP203", "AP301"]
    assert rules["AP102"]["fullDescription"]["text"] == "The URL is shown whole and unaltered."
    assert rules["AP102"]["help"]["text"].split("\n\n") == [
        "MUST: The URL is shown whole and unaltered.",
        "Why: A URL that is cut leads the human nowhere.",
        "How to mend: Copy it from the result.",
        "Taught in: skill#share, skill#outcomes, skill#more",
        "`agentport-conformance explain AP102` tells more.",
    ]
    assert "Taught in" not in rules["AP203"]["help"]["text"]
    assert rules["AP101"]["help"]["text"] == "`agentport-conformance explain AP101` tells more."
    assert "helpUri" not in rules["AP102"], "no address of the conventions is absolute"
    assert rules["AP102"]["defaultConfiguration"] == {"level": "error"}
    assert rules["AP203"]["defaultConfiguration"] == {"level": "warning"}


def test_a_result_points_to_its_rule_its_line_and_its_event() -> None:
    run = sarif(small())
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "AP102"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "runs/refund.jsonl"},
        "region": {"startLine": 6},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "runs/refund.jsonl, turn 1, event 4"
    assert result["partialFingerprints"] == {"agentportFinding/v1": "0123456789abcdef"}


def test_a_finding_of_the_baseline_is_unchanged_and_suppressed_and_the_others_are_new() -> None:
    states = [(result["baselineState"], "suppressions" in result) for result in sarif(small())["results"]]
    assert states == [("new", False), ("unchanged", True), ("new", False)]


def test_without_a_baseline_nothing_is_said_of_new_or_unchanged() -> None:
    run = sarif(recordings(session(verdict("AP102", "slug", "fail", finding()))))
    assert "baselineState" not in run["results"][0]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("runs/a.jsonl", "runs/a.jsonl"),
        ("./a b%20.jsonl", "a%20b%2520.jsonl"),
        ("c:d.jsonl", "c%3Ad.jsonl"),
        ("/tmp/ü.jsonl", "file:///tmp/%C3%BC.jsonl"),
        ("log.eval#samples/1 2.json", "log.eval#samples/1%202.json"),
        ("\udcff.jsonl", "%FF.jsonl"),
        ("\ud800.jsonl", "%5Cud800.jsonl"),
        ("http://127.0.0.1:4747/mcp", "http://127.0.0.1:4747/mcp"),
        ("<stdin>", None),
        ("", None),
    ],
)
def test_a_path_becomes_a_uri_relative_where_the_path_is(path: str, uri: str | None) -> None:
    assert uri_of(path) == uri


def test_a_file_without_a_line_has_no_region() -> None:
    run = sarif(recordings(session(verdict("AP102", "slug", "fail", finding(place=Place(path="a.jsonl"))))))
    assert "region" not in run["results"][0]["locations"][0]["physicalLocation"]


def test_what_could_not_be_judged_is_a_notification_with_its_place_and_the_run_was_no_success() -> None:
    (invocation,) = sarif(small())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "not a session (hint: check that it was copied whole)"
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}


@pytest.mark.parametrize("at", ["", "elsewhere", "runs/x.jsonl:0", "runs/x.jsonl:²"])
def test_a_problem_without_a_line_is_placed_in_its_file(at: str) -> None:
    report = SessionReport(source="runs/x.jsonl", input_format="", problem=Problem(message="lost", at=at, exit_code=3))
    (notification,) = sarif(recordings(report))["invocations"][0]["toolExecutionNotifications"]
    assert "region" not in notification["locations"][0]["physicalLocation"]


def test_a_check_that_fails_itself_and_a_stale_entry_are_notifications_too() -> None:
    run = sarif(recordings(session(verdict("AP101", "share", "error", reason="IndexError")), stale=["AP1 gone"]))
    (invocation,) = run["invocations"]
    assert invocation["toolExecutionNotifications"][0]["associatedRule"] == {"id": "AP101"}
    assert invocation["toolConfigurationNotifications"][0]["message"]["text"] == "stale baseline entry: AP1 gone"


def test_a_transcript_that_is_not_as_declared_is_a_result_and_a_declared_fault_is_none() -> None:
    run = sarif(declared())
    assert [result["ruleId"] for result in run["results"]] == ["AP102", "unmet-expectation"]
    uri = run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "suite/sharing/surprising.transcript.yaml"


def test_a_difference_is_new_where_there_is_a_baseline() -> None:
    run = declared()
    compared = sarif(Run(kind="transcript", name="", sessions=run.sessions, stale=("gone",)))
    assert {result["baselineState"] for result in compared["results"]} == {"new"}


def test_recorded_text_makes_no_links_and_no_placeholders() -> None:
    run = sarif(hostile())
    text = run["results"][0]["message"]["text"]
    assert "{{0}} \\[link\\](http://evil.example/)" in text
    assert "arguments" not in run["results"][0]["message"]


def test_thousands_of_results_are_written_in_one_go() -> None:
    assert len(json.loads(written("sarif", many(1_000)))["runs"][0]["results"]) == 2_000
