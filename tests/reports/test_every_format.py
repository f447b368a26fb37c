"""What holds for every report format."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.report import Met, Run
from agentport_harness.core.trace import Place, ToolCall, Trace
from agentport_harness.core.writer import Look
from agentport_harness.runner.catalogue import report_writers
from tests.reports import golden
from tests.reports.runs import clean, declared, finding, hostile, many, recordings, session, small, verdict, written

FORMATS = sorted(report_writers())
RUNS = {"small": small, "clean": clean, "declared": declared, "hostile": hostile, "empty": recordings}


def test_the_formats_of_the_contract_are_there_and_each_has_a_golden_report() -> None:
    assert set(FORMATS) == {"terminal", "json", "jsonl", "junit", "sarif", "html", "markdown", "github"}
    assert set(golden.ENDINGS) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_small_run_reads_as_in_the_golden_report(name: str) -> None:
    assert golden.report(name) == golden.path(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("run", RUNS)
def test_a_report_is_valid_unicode_ends_its_last_line_and_is_the_same_every_time(name: str, run: str) -> None:
    text = written(name, RUNS[run]())
    assert text.encode("utf-8")
    assert text.endswith("\n")
    assert text == written(name, RUNS[run]())


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_recorded_controls_a_terminal_or_reorders_what_is_read(name: str) -> None:
    hidden = {c for c in written(name, hostile()) if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert hidden <= {"\n"}


@pytest.mark.parametrize("name", ["terminal", "junit", "sarif", "markdown", "github", "html"])
@pytest.mark.parametrize("quiet", [False, True])
def test_a_quiet_look_still_tells_what_is_wrong(name: str, quiet: bool) -> None:
    assert "approval-url-verbatim" in written(name, small(), look=Look(quiet=quiet))


@pytest.mark.parametrize("name", ["terminal", "github", "markdown"])
def test_a_quiet_look_at_a_clean_run_is_empty(name: str) -> None:
    assert written(name, clean(), look=Look(quiet=True)) == ""


@pytest.mark.parametrize(("name", "most"), [("github", 12_000), ("markdown", 900_200), ("html", 5_000_000)])
def test_a_report_of_a_long_run_keeps_its_bounds(name: str, most: int) -> None:
    assert len(written(name, many(6_000)).encode()) < most


def test_a_run_of_a_gateway_without_places_is_told_in_every_format() -> None:
    small_run = small()
    run = Run(kind="gateway", name="http://127.0.0.1:4747", sessions=small_run.sessions[:1], stale=("gone",))
    for name in FORMATS:
        assert "AP102" in written(name, run)


def test_a_bare_finding_and_a_declared_one_are_told_in_every_format() -> None:
    bare = finding("a bare one", evidence="", expected="", fingerprint="", place=Place())
    faults = (verdict("AP101", "share", "fail", bare), verdict("AP102", "whole", "fail", finding("a declared one")))
    unlike = replace(session(*faults, source=""), expectation=Met(rules=("AP102",), differences=("not so",)))
    for name in FORMATS:
        assert "a bare one" in written(name, recordings(session(*faults)))
        assert "not so" in written(name, Run(kind="transcript", name="", sessions=(unlike,)))


def test_arguments_nested_beyond_all_reason_are_told_as_such() -> None:
    nested: JSON = "x"
    for _ in range(100_000):
        nested = [nested]
    trace = Trace(events=(ToolCall(call_id="c", tool="t", arguments=nested, step=1),))
    run = recordings(session(verdict("AP101", "share", "fail", finding(event=0)), trace=trace))
    for name in ("terminal", "html"):
        assert "(nested too deeply to be shown)" in written(name, run)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "jsonl")])
def test_a_finding_about_a_file_names_its_line_and_no_moment_of_a_session(name: str) -> None:
    place = Place(path="skills/overview/SKILL.md", line=7)
    fault = finding("the link leads nowhere", 0, place=place, of_file=True)
    whole = finding("no licence", 0, place=Place(), of_file=True)
    report = replace(session(verdict("SK301", "links", "fail", fault, whole), source="skills"), session_id="")
    said = written(name, Run(kind="skills", name="skills", sessions=(report,)))
    assert "SKILL.md" in said
    assert "7" in said
    assert "turn" not in said.replace("return", "").partition("<main")[2 if name == "html" else 0]
