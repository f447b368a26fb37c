"""One self-contained HTML page: a summary, and a swim-lane timeline of every session in which something was found.

It loads nothing, runs nothing, and is small when nothing was found. In a long run only the most telling sessions get
a timeline, the first of every rule before any second; the other findings are lines.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import TYPE_CHECKING

from agentport_harness import __version__
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.core.safe_text import one_line, visible
from agentport_harness.core.verdict import STATUSES, Finding, Level, Verdict
from agentport_harness.core.writer import Look, Writer
from agentport_harness.reports._telling import TOOL, at, most_telling, names, outcome, unmet
from agentport_harness.reports._telling import declared as is_declared
from agentport_harness.reports._timeline import LANES, Card, Timeline, timeline

if TYPE_CHECKING:
    from jinja2 import Template

MOST_SESSIONS = 60
"""Sessions with a timeline."""
MOST_PINS = 40
"""Findings shown in one session."""
MOST_LINES = 500
"""Findings told on a line each, problems, and stale entries."""
_LINKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A finding, ready to be shown."""

    event: int
    rule: str
    slug: str
    level: Level
    known: bool
    message: str
    found: str
    wanted: str
    where: str


@dataclass(slots=True, kw_only=True)
class RuleLine:
    """How often a rule is broken, and the sessions on this page that show it."""

    rule: str
    slug: str
    level: Level
    findings: int = 0
    sessions: set[int] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A session with its findings, those of one event together, and the timeline where there is a trace."""

    anchor: str
    name: str
    short: str
    title: str
    facts: tuple[tuple[str, str], ...]
    differences: tuple[str, ...]
    warnings: tuple[str, ...]
    pins: dict[int, list[Pin]]
    elsewhere: tuple[Pin, ...]
    omitted: int
    timeline: Timeline | None


def _write(run: Run, _look: Look) -> str:
    called = names(run)
    found = [_pins(session) for session in run.sessions]
    wanted = most_telling(run, MOST_SESSIONS)
    sessions = [_shown(run.sessions[number], called[number], found[number], number) for number in wanted]
    lines = [
        (visible(called[number]), pin)
        for number in sorted(set(range(len(found))) - set(wanted))
        for pin in found[number]
        if not pin.known
    ]
    problems = list(_problems(run, called))
    css = _text("report.css")
    return (
        _template().render(
            title=f"{TOOL}: {run.kind}",
            tool=TOOL,
            version=__version__,
            css=css,
            css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
            good=run.exit_code() == 0,
            outcome=outcome(run),
            run=visible(run.name),
            rules=_rules(found, dict(zip(wanted, sessions, strict=True))),
            problems=problems[:MOST_LINES],
            more_problems=max(0, len(problems) - MOST_LINES),
            stale=[visible(entry) for entry in run.stale[:MOST_LINES]],
            more_stale=max(0, len(run.stale) - MOST_LINES),
            sessions=sessions,
            lines=lines[:MOST_LINES],
            more_lines=max(0, len(lines) - MOST_LINES),
            statuses=STATUSES,
            tally=_tally(run),
            facts=[(visible(name), visible(value)) for name, value in run.facts.items()],
            lanes=LANES,
        )
        + "\n"
    )


def _pins(session: SessionReport) -> list[Pin]:
    return [
        _pin(verdict, finding)
        for verdict in session.verdicts
        if not is_declared(session, verdict)
        for finding in verdict.findings
    ]


def _pin(verdict: Verdict, finding: Finding) -> Pin:
    where = ", ".join(part for part in (at(finding.place), "" if finding.of_file else f"turn {finding.turn}") if part)
    return Pin(
        event=finding.event,
        rule=visible(verdict.rule),
        slug=visible(verdict.slug),
        level=verdict.level,
        known=finding.baselined,
        message=one_line(finding.message, 300),
        found=one_line(finding.evidence, 500),
        wanted=one_line(finding.expected, 500),
        where=visible(where),
    )


def _shown(session: SessionReport, name: str, pins: list[Pin], number: int) -> Shown:
    new_first = sorted(pins, key=lambda pin: pin.known)[:MOST_PINS]
    drawn = None
    if session.trace is not None:
        raw = {finding.event: finding.evidence for verdict in session.verdicts for finding in verdict.findings}
        events = list(dict.fromkeys(pin.event for pin in new_first))
        loud = {pin.event for pin in new_first if not pin.known}
        drawn = timeline(session.trace, [(event, raw.get(event, "")) for event in events], loud)
    visible_events = {row.number for row in drawn.rows if isinstance(row, Card)} if drawn else set()
    by_event: dict[int, list[Pin]] = {}
    for pin in new_first:
        if pin.event in visible_events:
            by_event.setdefault(pin.event, []).append(pin)
    facts = {
        "file": session.source if session.source != name else "",
        "format": session.input_format,
        "session": session.session_id if session.session_id != name else "",
        "declares": ", ".join(session.expectation.rules) if session.expectation else "",
    }
    return Shown(
        anchor=f"s{number + 1}",
        name=visible(name),
        short=one_line(PurePath(name).name or name, 60),
        title=visible(session.title),
        facts=tuple((key, visible(value)) for key, value in facts.items() if value),
        differences=tuple(visible(said) for said in unmet(session)),
        warnings=tuple(visible(warning) for warning in session.warnings[:20]),
        pins=by_event,
        elsewhere=tuple(pin for pin in new_first if pin.event not in visible_events),
        omitted=len(pins) - len(new_first),
        timeline=drawn,
    )


def _rules(found: Sequence[Sequence[Pin]], shown: dict[int, Shown]) -> list[RuleLine]:
    """Every rule with a new finding: what must be first, then by how often."""
    lines: dict[str, RuleLine] = {}
    for number, pins in enumerate(found):
        for pin in pins:
            if pin.known:
                continue
            line = lines.setdefault(pin.rule, RuleLine(rule=pin.rule, slug=pin.slug, level=pin.level))
            line.findings += 1
            if number in shown and number not in line.sessions and len(line.links) < _LINKS:
                line.links.append((shown[number].anchor, shown[number].short))
            line.sessions.add(number)
    rank = ("MUST", "SHOULD", "MAY")
    return sorted(lines.values(), key=lambda line: (rank.index(line.level), -line.findings, line.rule))


def _problems(run: Run, called: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for session, name in zip(run.sessions, called, strict=True):
        if session.problem is not None:
            told = session.problem
            yield visible(told.at or name), visible(told.message), visible(told.hint)
        for verdict in session.verdicts:
            if verdict.status == "error":
                yield visible(name), visible(f"the check {verdict.rule} itself failed: {verdict.reason}"), ""


def _tally(run: Run) -> list[tuple[str, str, Level, list[int]]]:
    """For every rule, how many sessions have which status."""
    counts: dict[str, Counter[str]] = {}
    words: dict[str, Verdict] = {}
    for session in run.sessions:
        for verdict in session.verdicts:
            words.setdefault(verdict.rule, verdict)
            counts.setdefault(verdict.rule, Counter())[verdict.status] += 1
    return [
        (visible(rule), visible(words[rule].slug), words[rule].level, [counts[rule][status] for status in STATUSES])
        for rule in sorted(counts)
    ]


def _text(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.tests["card"] = lambda row: isinstance(row, Card)
    return environment.from_string(_text("report.html.j2"))


HTML = Writer(name="html", write=_write)
