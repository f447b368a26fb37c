"""A long run summed up: the worst folders and sources, rates on one scale, and what was not judged."""

from __future__ import annotations

from agentport_harness.core.report import Problem, SessionReport
from agentport_harness.core.tally import Tally
from agentport_harness.core.verdict import Finding, Verdict
from agentport_harness.reports._totals import totals

START = 1_780_000_000.0
FINDING = Finding(message="m", turn=1, event=0, evidence="", expected="")


def session(source: str, broken: bool, day: int = 0) -> SessionReport:
    findings = (FINDING,) if broken else ()
    verdict = Verdict(
        rule="AP101", slug="slug", level="MUST", status="fail" if broken else "pass", findings=findings, reason=""
    )
    return SessionReport(source=source, input_format="x", verdicts=(verdict,), began=START + day * 86_400)


def told(*reports: SessionReport) -> list[str]:
    tally = Tally()
    for report in reports:
        tally.add(report)
    return [line for line, _ in totals(tally)]


def test_folders_are_told_beside_sources_when_there_are_several() -> None:
    lines = told(session("a/1", True), session("a/2", False), session("b/1", False))
    assert lines[lines.index("Folders with the most findings") + 1] == "       1 in 1 of 2 sessions  a"
    assert lines[lines.index("Sources with the most findings") + 1] == "       1  a/1"
    assert "Folders with the most findings" not in told(session("1", True), session("2", True))
    assert told(session("a", False)) == []


def test_bars_are_drawn_against_the_highest_rate() -> None:
    days = [session("a", number == 0 or (day == 1 and number < 2), day) for day in range(3) for number in range(50)]
    bars = [line.count("\u2588") for line in told(*days)[-3:]]
    assert bars == [10, 20, 10]
    assert told(*[session("a", False, day) for day in range(2)])[-1].count("\u2588") == 0


def test_what_was_not_judged_is_told_by_the_reason_with_some_places_and_what_to_do() -> None:
    unread = [
        SessionReport(source="s", input_format="", problem=Problem(message="cut off", at=f"s:{n}", hint="record"))
        for n in range(7)
    ]
    lines = told(*unread, SessionReport(source="p", input_format="", skipped="unknown format; tried a"))
    assert lines[-6:] == [
        "Not judged, by the reason",
        "       7  cut off",
        "          at s:0, s:1, s:2, s:3, s:4, \u2026",
        "          hint: record",
        "       1  passed over: unknown format",
        "          at p",
    ]
