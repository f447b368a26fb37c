"""Workflow commands, read back as the runner reads them."""

from __future__ import annotations

import re

from agentport_harness.core.report import Run
from agentport_harness.core.trace import Place
from tests.reports.runs import clean, declared, finding, hostile, many, recordings, session, small, verdict, written

COMMAND = re.compile(r"::(error|warning|notice) ([^:\n]*)::(.*)\n")

ALTERED = (
    "the approval URL was altered\nfound: http://127.0.0.1:4747/approve/{id}\n"
    "wanted: http://127.0.0.1:4747/approve/3f0c9d6e"
)


def commands(run: Run) -> list[tuple[str, dict[str, str], str]]:
    """Every line as kind, properties and message; every line must be a command."""
    text = written("github", run)
    found = []
    for line in text.splitlines(keepends=True):
        read = COMMAND.fullmatch(line)
        assert read, line
        kind, properties, message = read.groups()
        values = dict(one.split("=", 1) for one in properties.split(","))
        found.append((kind, {name: unescaped(value) for name, value in values.items()}, unescaped(message)))
    return found


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_a_finding_is_annotated_at_its_line_with_evidence_and_expectation() -> None:
    found = commands(small())
    assert found[1] == (
        "error",
        {"file": "runs/refund.jsonl", "line": "6", "title": "AP102 approval-url-verbatim (MUST)"},
        ALTERED,
    )


def test_problems_come_first_warnings_are_warnings_and_what_the_baseline_knows_is_only_counted() -> None:
    found = commands(small())
    assert [(kind, properties["title"]) for kind, properties, _ in found] == [
        ("error", "runs/broken.jsonl: could not be judged"),
        ("error", "AP102 approval-url-verbatim (MUST)"),
        ("warning", "AP203 info-says-why (SHOULD)"),
        ("notice", "agentport-conformance"),
    ]
    assert found[0][1]["line"] == "3"
    assert found[-1][2] == (
        "2 sessions judged, 1 violation, 1 warning, 1 known from the baseline, 1 could not be judged"
    )


def test_no_more_than_ten_of_a_kind_and_every_rule_is_among_them() -> None:
    loud = [verdict("AP102", "loud", "fail", *[finding(event=event) for event in range(40)])]
    soft = [verdict(f"AP11{n}", f"soft-{n}", "fail", finding()) for n in range(5)]
    may = [verdict("AP401", "may", "warn", *[finding(event=event) for event in range(40)], level="MAY")]
    found = commands(recordings(session(*loud, *soft, *may)))
    kinds = [kind for kind, _, _ in found]
    assert (kinds.count("error"), kinds.count("notice")) == (10, 10)
    titles = {properties["title"] for _, properties, _ in found}
    assert {f"AP11{n} soft-{n} (MUST)" for n in range(5)} <= titles
    assert found[-1][2].endswith("(not shown here: 35 more errors, 31 more notices)")


def test_one_left_out_is_counted_as_one() -> None:
    run = recordings(session(verdict("AP102", "loud", "fail", *[finding(event=event) for event in range(11)])))
    assert commands(run)[-1][2].endswith("(not shown here: 1 more error)")


def test_a_clean_run_says_so_in_one_notice() -> None:
    assert commands(clean()) == [
        ("notice", {"title": "agentport-conformance"}, "1 session judged, nothing found"),
    ]


def test_transcripts_are_annotated_where_they_are_not_as_declared() -> None:
    assert [(kind, properties["title"], message) for kind, properties, message in commands(declared())] == [
        ("error", "sharing/surprising: not as declared", "Expected AP102 to be kept, and it was broken"),
        ("error", "sharing/lost: could not be judged", "the gateway does not answer"),
        (
            "error",
            "AP102 approval-url-verbatim (MUST)",
            ALTERED,
        ),
        ("notice", "agentport-conformance", "5 transcripts: 2 as declared, 2 not, 1 skipped"),
    ]


def test_stale_entries_and_checks_that_fail_themselves_are_errors() -> None:
    run = recordings(session(verdict("AP101", "share", "error")), session(verdict("AP101", "share", "error")),
                     stale=["AP101 gone"])  # fmt: skip
    found = commands(run)
    assert found[0][1]["title"] == "AP101 share: the check itself failed"
    assert ("error", {"title": "stale baseline entry"}, "AP101 gone") in found
    assert found[-1][2] == ("2 sessions judged, nothing found, 2 checks failed themselves, 1 stale in the baseline")


def test_what_is_not_a_file_is_not_named_as_one() -> None:
    for path in ("<stdin>", "", "http://127.0.0.1:4747/mcp"):
        run = recordings(
            session(verdict("AP101", "share", "fail", finding(place=Place(path=path, line=1), evidence="")))
        )
        assert set(commands(run)[0][1]) == {"title"}


def test_recorded_text_forges_no_command_no_property_and_no_line() -> None:
    text = written("github", hostile())
    for line in text.splitlines():
        assert re.match(r"::(error|warning|notice) (file|title)=", line)
        assert line.count("::error") + line.count("::warning") + line.count("::notice") >= 1
    for kind, properties, _ in commands(hostile()):
        assert kind in {"error", "warning", "notice"}
        assert set(properties) <= {"file", "line", "title"}
    assert "%250A" in text


def test_six_thousand_sessions_are_summarised() -> None:
    assert len(commands(many(6_000))) == 21
