"""The HTML page as a document: what it holds, and that it can load and run nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from agentport_harness.core.report import Met, Problem, Run, SessionReport
from tests.reports.runs import (
    clean,
    declared,
    finding,
    hostile,
    many,
    recordings,
    refund_trace,
    session,
    small,
    verdict,
    written,
)

VOID = {"meta", "link", "br"}
OWN = """
html head meta title link style body a header p h1 span main section h2 div table thead tr th tbody td strong bdi ul li
code br article h3 dl dt dd svg rect ol mark details summary footer i
"""
KNOWN = frozenset(re.findall(r"\w+", OWN))


class Page(HTMLParser):
    """The elements of a page, with an eye on whether they are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(run: Run) -> Page:
    return Page(written("html", run))


ALL = [small, clean, declared, hostile, recordings]


@pytest.mark.parametrize("run", ALL)
def test_a_page_is_well_formed_and_has_only_elements_and_attributes_of_its_own(run: object) -> None:
    found = page(run())  # type: ignore[operator]
    titled = {name for name, _ in found.elements}
    assert titled <= KNOWN
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "src", "srcset"}]


@pytest.mark.parametrize("run", ALL)
def test_a_page_refers_to_nothing_outside_itself(run: object) -> None:
    found = page(run())  # type: ignore[operator]
    ids = {attributes["id"] for _, attributes in found.elements if "id" in attributes}
    targets = [attributes["href"] for attributes in found.of("a")]
    assert all(target and target.removeprefix("#") in ids for target in targets)
    assert [attributes["href"] for attributes in found.of("link")] == ["data:,"]
    assert not re.search(r"url\(|@import", (files("agentport_harness.reports") / "templates/report.css").read_text())


def test_the_policy_allows_the_one_style_sheet_and_nothing_else() -> None:
    text = written("html", hostile())
    policy = next(m["content"] for m in Page(text).of("meta") if m.get("http-equiv") == "Content-Security-Policy")
    styles = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    assert len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_ids_are_unique_and_references_of_labels_are_kept() -> None:
    found = page(small())
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["aria-labelledby"] for _, a in found.elements if "aria-labelledby" in a} <= set(ids)


def test_a_clean_run_is_a_small_page_without_sessions() -> None:
    text = written("html", clean())
    assert "nothing found" in text
    assert "<article" not in text
    assert len(text) - len((files("agentport_harness.reports") / "templates/report.css").read_text()) < 3_500


def test_a_finding_tells_rule_message_evidence_and_expectation_at_its_event() -> None:
    text = written("html", small())
    event = text[text.index('id="s1e4"') : text.index('id="s1e5"')]
    for part in ("AP102", "approval-url-verbatim", "MUST", "the approval URL was altered", "runs/refund.jsonl:6"):
        assert part in event
    assert "<mark>http://127.0.0.1:4747/approve/{id}</mark>" in event
    assert "http://127.0.0.1:4747/approve/3f0c9d6e</dd>" in event


def test_the_rules_to_look_at_are_sorted_by_level_and_number_and_link_to_their_sessions() -> None:
    text = written("html", small())
    table = text[text.index('id="rules"') : text.index('id="problems"')]
    assert table.index("AP102") < table.index("AP203")
    assert '<a href="#s1"><bdi>refund.jsonl</bdi></a>' in table


def test_what_could_not_be_judged_and_stale_entries_are_listed() -> None:
    text = page(replace(small(), stale=("AP101 gone",), facts={"gateway": "reference"})).text
    for part in ("runs/broken.jsonl:3", "not a session", "copied whole", "AP101 gone", "gateway: reference"):
        assert part in text


def test_transcripts_as_declared_are_quiet_and_the_others_say_how_they_differ() -> None:
    text = page(declared()).text
    assert "5 transcripts: 2 as declared, 2 not, 1 skipped" in text
    assert "sharing/surprising" in text
    assert "Expected AP102 to be kept, and it was broken" in text
    assert "sharing/faulty" not in text


def test_a_transcript_that_differs_without_a_finding_shows_how_it_ended() -> None:
    report = SessionReport(
        source="a.transcript.yaml",
        input_format="agentport-transcript/1",
        session_id="a",
        expectation=Met(rules=(), differences=("Expected outcome executed, got denied",)),
        trace=refund_trace(),
        warnings=("a line was passed over",),
    )
    text = page(Run(kind="transcript", name="", sessions=(report,))).text
    assert "ends its turn" in text
    assert "a line was passed over" in text


def test_findings_that_are_not_at_an_event_are_told_all_the_same() -> None:
    far = verdict("AP101", "share-approval-url", "fail", finding("far away", 99, evidence="here\u2028there"))
    assert "far away" in page(recordings(session(far, trace=refund_trace()))).text
    assert "here there" in page(recordings(session(far))).text


def test_a_check_that_fails_itself_is_told() -> None:
    assert (
        "the check AP101 itself failed: IndexError"
        in page(recordings(session(verdict("AP101", "share", "error", reason="IndexError")))).text
    )


def test_a_session_with_nothing_but_known_findings_is_not_shown() -> None:
    known = verdict("AP101", "share-approval-url", "fail", finding("an old one", baselined=True))
    text = page(recordings(session(known, trace=refund_trace()))).text
    assert "an old one" not in text
    assert "nothing new found, 1 known from the baseline" in text


def test_a_session_with_countless_findings_shows_some_and_counts_the_rest() -> None:
    loud = verdict("AP101", "share", "fail", *[finding(f"fault {n}", n % 9) for n in range(100)])
    text = page(recordings(session(loud, trace=refund_trace()))).text
    assert text.count("fault ") == 40
    assert "and 60 more" in text


def test_a_long_run_draws_the_first_of_every_rule_and_lists_the_others() -> None:
    long_run = many(6_000)
    rare = session(verdict("AP999", "rare", "fail", finding("the rare one")), source="last.jsonl", trace=refund_trace())
    text = written("html", replace(long_run, sessions=(*long_run.sessions, rare)))
    assert text.count("<article") == 60
    assert "the rare one" in text
    assert "… and 11,382 more; the JSON report has them all." in text
    assert len(text) < 800_000


def test_countless_problems_are_counted() -> None:
    lost = SessionReport(source="x", input_format="", problem=Problem(message="lost"))
    text = page(recordings(*[lost] * 700, stale=["gone"] * 700)).text
    assert text.count("and 200 more") == 2


def luminance(color: str) -> float:
    digits = color.lstrip("#")
    full = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def pairs() -> Iterable[tuple[str, str]]:
    for ink in ("ink", "soft", "human", "agent", "gateway", "upstream", "bad", "warn", "good"):
        yield from ((ink, paper) for paper in ("page", "paper"))
    yield from (("ink", "mark"), ("ink", "bad-paper"), ("soft", "bad-paper"), ("bad", "bad-paper"))
    yield from (("ink", "warn-paper"), ("soft", "warn-paper"), ("warn", "warn-paper"))


def test_every_text_has_the_contrast_that_wcag_asks_for_in_light_and_in_dark() -> None:
    css = (files("agentport_harness.reports") / "templates/report.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    for scheme in (light, dark):
        colors = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", scheme))
        for ink, paper in pairs():
            low, high = sorted((luminance(colors[ink]), luminance(colors[paper])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, paper)
