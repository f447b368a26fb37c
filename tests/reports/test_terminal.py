"""The report for people, on small, long and narrow terminals."""

from __future__ import annotations

from dataclasses import replace

from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.trace import HumanMessage, Place, Trace
from agentport_harness.core.writer import Look
from tests.reports.runs import (
    clean,
    declared,
    finding,
    many,
    recordings,
    refund_trace,
    session,
    small,
    verdict,
    written,
)


def shown(run: Run, *, width: int = 100, quiet: bool = False, color: bool = False) -> str:
    return written("terminal", run, look=Look(width=width, quiet=quiet, color=color))


def test_a_finding_is_marked_in_the_session_around_it() -> None:
    text = shown(small())
    assert "    AP102 approval-url-verbatim (MUST): the approval URL was altered\n" in text
    assert "      at      runs/refund.jsonl:6 (turn 1, event 4)\n" in text
    assert "      \u25b6    4 agent    Please approve: http://127.0.0.1:4747/approve/{id}\n" in text


def test_what_the_baseline_names_is_only_counted() -> None:
    assert "    1 finding known from the baseline\n" in shown(small())
    assert "the reason repeats the arguments" not in shown(small())
    known = verdict("AP101", "share-approval-url", "fail", finding(baselined=True))
    assert shown(recordings(session(known))).startswith("\u2713 runs/refund.jsonl: 1 known from the baseline\n")


def test_a_session_with_warnings_alone_is_marked_as_such() -> None:
    advice = verdict("AP116", "gateway-is-the-gate", "warn", finding())
    assert shown(recordings(session(advice))).startswith("! runs/refund.jsonl\n")
    fault = verdict("AP102", "approval-url-verbatim", "fail", finding())
    assert shown(recordings(session(advice, fault))).startswith("\u2717 runs/refund.jsonl\n")


def test_transcripts_say_whether_they_are_as_declared() -> None:
    assert shown(declared()).splitlines()[:4] == [
        "\u2713 sharing/conforming: conforms",
        "\u2713 sharing/faulty: breaks AP102, as declared",
        "\u2717 sharing/surprising",
        "    Expected AP102 to be kept, and it was broken",
    ]
    assert "5 transcripts: 2 as declared, 2 not, 1 skipped" in shown(declared())


def test_quiet_tells_only_what_is_wrong() -> None:
    text = shown(declared(), quiet=True)
    assert "sharing/surprising" in text
    assert "sharing/lost" in text
    assert "conforming" not in text
    assert "shelled" not in text
    assert shown(clean(), quiet=True) == ""


def test_a_check_that_fails_itself_is_not_clean() -> None:
    text = shown(recordings(session(verdict("AP101", "share", "error", reason="IndexError"))))
    assert text.startswith("\u2717 runs/refund.jsonl\n    the check AP101 itself failed: IndexError\n")


def test_a_note_about_a_recording_is_shown_even_when_it_is_clean() -> None:
    noted = replace(session(verdict("AP101", "share", "pass")), warnings=("one line was passed over",))
    assert "    note: one line was passed over\n" in shown(recordings(noted))


def test_an_event_keeps_to_one_line_of_the_terminal_also_in_wide_characters() -> None:
    events = (HumanMessage(text="返金してください" * 100), HumanMessage(text="x" * 5_000_000))
    fault = verdict("AP101", "share", "fail", finding(event=0))
    report = recordings(session(fault, trace=Trace(events=events)))
    lines = [line for line in shown(report, width=60).splitlines() if "human" in line]
    assert len(lines) == 2
    assert all(line.endswith("\u2026") for line in lines)
    assert len(lines[0]) < 45
    assert len(lines[1]) == 60


def test_a_finding_without_a_place_or_a_trace_is_told_all_the_same() -> None:
    bare = replace(finding(evidence=""), place=type(finding().place)())
    text = shown(recordings(session(verdict("AP101", "share", "fail", bare))))
    assert "      at      event (turn 1, event 4)\n      wanted  " in text


def test_a_long_run_shows_the_first_of_every_rule_and_tells_the_rest_rule_by_rule() -> None:
    rare = session(verdict("AP999", "rare", "fail", finding("the rare one")), source="last.jsonl", trace=refund_trace())
    run = many(100_000, faulty_every=10)
    text = shown(replace(run, sessions=(*run.sessions, rare)))
    assert len(text.splitlines()) < 1_200
    assert "\u2717 last.jsonl\n    AP999 rare (MUST): the rare one" in text
    assert "\u2713" not in text
    assert "AP102 approval-url-verbatim (MUST): 9,961 more findings in 9,961 sessions\n      at      runs/" in text
    assert text.endswith("0 error\n")


def test_countless_findings_problems_and_stale_entries_are_counted() -> None:
    loud = verdict("AP101", "share", "fail", *[finding(event=n) for n in range(100)])
    lost = SessionReport(source="x", input_format="", problem=Problem(message="lost"))
    text = shown(recordings(session(loud), *[lost] * 150, stale=["gone"] * 150))
    assert "    and 80 more findings in this session\n" in text
    assert "  and 50 more that could not be judged or were skipped\n" in text
    assert "  and 50 more stale baseline entries\n" in text


def test_a_rule_with_few_findings_left_names_all_their_places() -> None:
    run = many(42)
    text = shown(run)
    assert "AP102 approval-url-verbatim (MUST): 2 more findings in 2 sessions\n" in text
    assert "\u2026\n" not in text[text.index("2 more findings") :]


def test_colours_are_there_when_asked_for() -> None:
    assert "\x1b[" in shown(small(), color=True)
    assert "\x1b[" not in shown(small())


def test_a_check_of_a_gateway_is_shown_without_the_next_and_with_what_to_change() -> None:
    first, second = HumanMessage(text="GW101 endpoint"), HumanMessage(text="GW102 key")
    events = (first, *refund_trace().events[1:4], second, *refund_trace().events[5:8])
    trace = Trace(events=events, source="http://gw/mcp", input_format="gateway")
    failed = verdict("AP102", "approval-url-verbatim", "fail", finding(event=3, place=Place()))
    checked = replace(session(failed, source="http://gw/mcp", trace=trace), input_format="gateway")
    text = shown(replace(recordings(checked), kind="gateway"))
    assert "      mend    Copy it from the result.\n" in text
    assert "GW101 endpoint" in text
    assert "GW102 key" not in text
    assert "mend" not in shown(small())


def test_a_check_whose_findings_are_all_known_says_so_in_its_line() -> None:
    known = verdict("AP101", "share-approval-url", "fail", finding(baselined=True))
    text = shown(replace(recordings(replace(session(known), input_format="gateway")), kind="gateway"))
    assert "  \u2717 AP101 share-approval-url: known from the baseline\n" in text
