"""The Markdown summary, read by a CommonMark parser with tables and bare links."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agentport_harness.core.report import Run
from tests.reports.runs import HOSTILE, clean, declared, finding, hostile, many, recordings, session, small, verdict
from tests.reports.runs import written as written_as


def written(run: Run) -> str:
    return written_as("markdown", run)


def tokens(run: Run) -> Iterator[Token]:
    """All tokens, inline ones included."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for token in parser.parse(written(run)):
        yield token
        yield from token.children or ()


def rows(run: Run) -> list[list[str]]:
    """The cells of every row of every table."""
    found: list[list[str]] = []
    inside = False
    for token in tokens(run):
        if token.type == "tr_open":
            found.append([])
        inside = token.type in {"td_open", "th_open"} or (inside and token.type not in {"td_close", "th_close"})
        if inside and token.type == "inline":
            found[-1].append(token.content)
    return found


def test_the_table_counts_findings_and_sessions_by_rule_the_worst_first() -> None:
    twice = verdict("AP203", "info-says-why", "warn", finding(), finding(), level="SHOULD")
    once = verdict("AP102", "approval-url-verbatim", "fail", finding())
    assert rows(recordings(session(once, twice), session(twice, source="b"))) == [
        ["rule", "", "level", "findings", "sessions"],
        ["AP203", "info-says-why", "SHOULD", "4", "2"],
        ["AP102", "approval-url-verbatim", "MUST", "1", "1"],
    ]


def test_findings_stand_under_their_rule_and_those_of_the_baseline_are_counted() -> None:
    text = written(small())
    assert "### `AP102 approval-url-verbatim` (MUST)\n\n- `runs/refund.jsonl:6` turn 1, event 4: `the app" in text
    assert "1 finding known from the baseline." in text
    assert "the reason repeats the arguments" not in text
    assert "- `runs/broken.jsonl:3`: `not a session`  \n  hint: `check that it was copied whole`\n" in text


def test_a_clean_run_is_two_lines() -> None:
    assert written(clean()) == "## agentport-conformance\n\n✅ 1 session judged, nothing found\n"


def test_transcripts_are_listed_where_they_are_not_as_declared() -> None:
    text = written(declared())
    assert "- `sharing/surprising`\n  - `Expected AP102 to be kept, and it was broken`\n" in text
    assert "- `sharing/lost`: `the gateway does not answer`\n" in text
    assert "faulty" not in text


def test_stale_entries_and_checks_that_fail_themselves_are_listed() -> None:
    text = written(recordings(session(verdict("AP101", "share", "error", reason="")), stale=["AP101 gone"]))
    assert "- `AP101 gone`\n" in text
    assert "- `runs/refund.jsonl`: the check `AP101` itself failed: `(empty)`\n" in text


def test_hostile_text_makes_no_html_no_link_no_mention_and_no_table() -> None:
    found = list(tokens(hostile()))
    assert not {token.type for token in found} & {"html_block", "html_inline", "link_open", "image", "fence"}
    told = "".join(token.content for token in found if token.type == "text")
    for part in ("@", "http:", "script>", "evil.", "#1", "<", "|"):
        assert part not in told
    assert any("@someone #1 ``` `x` | ~~~" in token.content for token in found if token.type == "code_inline")
    assert all(len(row) == 5 for row in rows(hostile()))


def test_a_code_span_is_never_ended_by_what_it_holds() -> None:
    for evil in ("`", "``", "a`", "`a", "` `` ```", "``` \n```", HOSTILE):
        run = recordings(session(verdict("AP101", "share", "fail", finding(evil, evidence=evil))))
        spans = [token.content for token in tokens(run) if token.type == "code_inline"]
        assert " ".join(evil.split())[:20].split("\x00")[0].strip() in " ".join(spans)


def test_what_does_not_fit_is_counted() -> None:
    text = written(many(3_000))
    assert len(text.encode()) < 900_200
    assert "entries more, cut for size." in text
    assert "| AP102 | approval-url-verbatim | MUST | 3,000 | 3,000 |" in text
