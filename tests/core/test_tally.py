"""A run of any length, counted in bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.tally import MOST_PROBLEMS, MOST_SOURCES, MOST_TELLING, MOST_WHOLE, Tally
from agentport_harness.core.verdict import Finding, Status, Verdict

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
    assert len(run.sessions) == MOST_TELLING + MOST_PROBLEMS
    assert run.sessions[0].source == "1.jsonl"
    assert run.sessions[-1].source == "1000.jsonl"
    assert tally.unjudged == 250


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
    worst = tally.worst_sources()
    assert len(worst) == MOST_SOURCES
    assert {(one.findings, one.sessions) for one in worst} == {(50, 50)}
    assert worst[0].source == "149.jsonl"


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
