"""A run of any length, counted in bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.tally import MOST_FAULTY, MOST_PLACES, MOST_TELLING, MOST_TROUBLES, MOST_WHOLE, Tally
from agentport_harness.core.verdict import Finding, Status, Verdict
from agentport_harness.core.worst import MOST_SOURCES

DAY = 86_400.0
START = 1_780_000_000.0


def session(
    number: int, status: Status = "pass", *, rule: str = "AP101", began: float | None = None, baselined: bool = False
) -> SessionReport:
    finding = Finding(message="m", turn=1, event=0, evidence="", expected="", baselined=baselined)
    findings = (finding,) if status in ("fail", "warn") else ()
    level = "SHOULD" if status == "warn" else "MUST"
    verdict = Verdict(rule=rule, slug="slug", level=level, status=status, findings=findings)
    return SessionReport(source=f"{number}.jsonl", input_format="codex", verdicts=(verdict,), began=began)


def unread(number: int, exit_code: int = 2) -> SessionReport:
    return SessionReport(source=f"{number}.jsonl", input_format="", problem=Problem(message="m", exit_code=exit_code))


def tallied(*reports: SessionReport) -> Tally:
    tally = Tally()
    for report in reports:
        tally.add(report)
    return tally


def test_a_short_run_is_kept_as_it_is() -> None:
    reports = [session(number, "fail") for number in range(MOST_WHOLE)]
    assert tallied(*reports).run("x") == Run(kind="recording", name="x", sessions=tuple(reports))


def test_a_long_run_keeps_the_most_telling_sessions_and_counts_all() -> None:
    def reports() -> Iterator[SessionReport]:
        for number in range(1_000):
            yield unread(number) if number % 4 == 3 else session(number, "fail" if number % 4 else "pass")
        yield session(1_000, "warn", rule="AP999")

    tally = tallied(*reports())
    run = tally.run("x")
    assert run.totals is tally
    assert run.summary() == Run(kind="recording", name="x", sessions=tuple(reports())).summary()
    assert len(run.sessions) == MOST_TELLING
    assert run.sessions[0].source == "1.jsonl"
    assert run.sessions[-1].source == "1000.jsonl"
    assert tally.problems == 250


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "reports",
    [
        [session(0)],
        [session(0, "warn")],
        [session(0, "fail")],
        [session(0, "fail", baselined=True)],
        [session(0, "fail"), unread(1)],
        [session(0, "error"), unread(1)],
        [unread(0, 3), session(1, "fail")],
    ],
)
def test_the_exit_code_is_that_of_the_whole_run(reports: list[SessionReport], strict: bool) -> None:
    whole = Run(kind="recording", name="x", sessions=tuple(reports))
    assert tallied(*reports).exit_code(strict=strict) == whole.exit_code(strict=strict)


def test_a_stale_baseline_entry_fails_a_long_run() -> None:
    tally = tallied(*[session(number) for number in range(300)])
    assert tally.run("x").exit_code() == 0
    tally.stale = ("AP101 x",)
    assert tally.run("x").exit_code() == 1


def test_the_worst_sources_are_exact_and_few() -> None:
    tally = Tally()
    for number in range(500):
        for _ in range(number % 50 + 1):
            tally.add(session(number, "fail"))
    tally.add(session(500, "pass"))
    worst = tally.sources.worst()
    assert len(worst) == MOST_SOURCES
    assert {(one.findings, one.broken, one.sessions) for one in worst} == {(50, 50, 50)}
    assert [one.source for one in worst] == sorted(f"{50 * number + 49}.jsonl" for number in range(10))


def test_the_worst_folders_are_told_by_what_lies_in_them() -> None:
    tally = Tally()
    for folder in range(30):
        for number in range(5):
            report = session(number, "fail" if number < folder % 3 else "pass")
            tally.add(replace(report, source=f"logs/{folder:02}/{number}.jsonl"))
    worst = tally.folders.worst()
    assert tally.folders.seen == 30
    assert [(one.source, one.findings, one.broken, one.sessions) for one in worst[:2]] == [
        ("logs/02", 2, 2, 5), ("logs/05", 2, 2, 5),
    ]  # fmt: skip


def test_sessions_on_which_a_rule_itself_failed_are_kept_and_the_others_counted() -> None:
    tally = tallied(*[session(number, "error") for number in range(300)])
    assert tally.faults == 300
    assert len(tally.run("x").sessions) == MOST_FAULTY


def test_what_was_not_judged_is_counted_by_the_reason() -> None:
    def trouble(number: int, message: str) -> SessionReport:
        return SessionReport(source=f"{number}", input_format="", problem=Problem(message=message, at=f"{number}:7"))

    reports = [trouble(number, f"Expected JSON, got '{number}' in column 1 (x)") for number in range(300)]
    reports += [SessionReport(source="s", input_format="", skipped="unknown format; tried a, b")] * 2
    reports += [trouble(number, f"reason {number}") for number in range(50)]
    tally = tallied(*reports)
    json, unknown, *rest = tally.troubles.values()
    assert (json.why, json.count, json.passed_over, len(json.at)) == ("Expected JSON", 300, False, MOST_PLACES)
    assert (unknown.why, unknown.count, unknown.passed_over, unknown.at) == ("unknown format", 2, True, ["s", "s"])
    assert (len(tally.troubles), rest[-1].why, rest[-1].count) == (MOST_TROUBLES + 1, "other reasons", 40)


def test_rates_are_told_by_day_and_by_month_and_year_when_the_run_is_long() -> None:
    days = [session(day, "fail" if day % 2 else "pass", began=START + day * DAY) for day in range(10)]
    assert list(tallied(*days).over_time().items())[:2] == [("2026-05-28", (1, 0)), ("2026-05-29", (1, 1))]
    months = [session(day, "fail" if day % 2 else "pass", began=START + day * DAY) for day in range(200)]
    assert tallied(*months).over_time()["2026-06"] == (30, 15)
    years = [session(month, began=START + month * 31 * DAY) for month in range(700)]
    assert list(tallied(*years).over_time())[-1] == "2085"


def test_a_clock_out_of_all_bounds_says_nothing() -> None:
    assert not tallied(session(0, began=1e300), session(1, began=float("nan")), session(2)).over_time()


def test_memory_does_not_grow_with_the_number_of_sessions() -> None:
    tally = Tally()
    sizes = []
    tracemalloc.start()
    for number in range(12_001):
        tally.add(session(number, "fail" if number % 3 else "pass", began=START + number * 60))
        if number in (3_000, 12_000):
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[1] < sizes[0] + 50_000
