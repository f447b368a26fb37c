"""The report for people: quiet when clean, and the session around each finding when not.

A long run stays readable: clean sessions are only counted, the most telling ones are shown in full, and what is left
is told rule by rule.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from agentport_harness.core.report import RuleText, Run, SessionReport
from agentport_harness.core.safe_text import one_line, visible
from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    HumanMessage,
    ToolCall,
    ToolResult,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)
from agentport_harness.core.verdict import Finding, Verdict
from agentport_harness.core.writer import Look, Writer
from agentport_harness.reports._telling import at, counted, json_text, most_telling, names, news, told, unmet
from agentport_harness.reports._totals import totals

if TYPE_CHECKING:
    from rich.console import Console

BEFORE, AFTER = 3, 3
"""Events shown around a finding."""
MOST_NAMED = 200
"""A run of more sessions than this names only those in which something is wrong."""
MOST_IN_FULL = 40
"""Sessions shown with their findings."""
MOST_FINDINGS = 20
"""Findings shown in full of one session."""
MOST_TAUGHT = 2
"""Sections of the skills named beside a finding; `explain` names them all."""
MOST_PLACES = 5
"""Places named of a rule whose findings are not shown in full."""
MOST_PROBLEMS = 100
"""Sessions told that could not be judged or were skipped, and stale entries."""


def _write(run: Run, look: Look) -> str:
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(
        file=out,
        width=look.width,
        force_terminal=look.color,
        no_color=not look.color,
        color_system="standard" if look.color else None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )
    for text, style in _lines(run, look):
        line = Text(text, style=style)
        if style in {"dim", "bold"}:  # an event is a glance: it keeps to one line, wide characters and all
            line.truncate(max(look.width, 40), overflow="ellipsis")
        console.print(line)
    for text, style in totals(run.totals) if run.totals else ():
        console.print(Text(text, style=style))
    if not look.quiet or run.exit_code():
        _summary(run, console)
    return out.getvalue()


def _lines(run: Run, look: Look) -> Iterator[tuple[str, str]]:
    full = set(most_telling(run, MOST_IN_FULL))
    problems = 0
    for number, (session, name) in enumerate(zip(run.sessions, names(run), strict=True)):
        if run.totals and (session.problem is not None or session.skipped):
            continue  # told by the reason, with the totals
        if session.problem is not None or _faults(session) or session.skipped:
            problems += 1
            if problems <= MOST_PROBLEMS and not (look.quiet and session.skipped):
                yield from _session(session, visible(name), run.texts)
        elif number in full or (_clean(session) and not look.quiet and _short(run)):
            yield from _session(session, visible(name), run.texts)
        if run.kind == "gateway" and not look.quiet:
            yield from _roll(session)
            yield from ((f"    {visible(name)}: {visible(value)}", "") for name, value in run.facts.items())
    told = min(problems, MOST_PROBLEMS)
    problems = max(problems, run.totals.faults if run.totals else 0)
    if problems > told:
        yield f"  and {problems - told:,} more that could not be judged or were skipped", "red"
    yield from _left(run, full)
    for entry in run.stale[:MOST_PROBLEMS]:
        yield f"stale baseline entry: {visible(entry)}", "red"
    if len(run.stale) > MOST_PROBLEMS:
        yield f"  and {len(run.stale) - MOST_PROBLEMS:,} more stale baseline entries", "red"


_MARKS = {"pass": "\u2713", "fail": "\u2717", "warn": "!", "error": "\u2717"}


def _roll(session: SessionReport) -> Iterator[tuple[str, str]]:
    """Every check of a gateway on a line of its own, with the reason where it was not judged."""
    styles = {"pass": "green", "fail": "red", "error": "red", "warn": "yellow"}
    for verdict in session.verdicts:
        if verdict.reason == "deselected":
            continue
        said = visible(f"{verdict.rule} {verdict.slug}")
        reason = f": {verdict.status.replace('_', ' ')}, {one_line(verdict.reason, 200)}" if verdict.reason else ""
        if verdict.findings and all(finding.baselined for finding in verdict.findings):
            reason = ": known from the baseline"
        yield f"  {_MARKS.get(verdict.status, '-')} {said}{reason}", styles.get(verdict.status, "")


def _short(run: Run) -> bool:
    return run.totals is None and len(run.sessions) <= MOST_NAMED


def _left(run: Run, full: set[int]) -> Iterator[tuple[str, str]]:
    """What the sessions hold that are not shown in full: a paragraph for each rule."""
    left: dict[str, list[tuple[Verdict, Finding, int]]] = {}
    for one in told(run):
        if one.number not in full and not one.finding.baselined:
            left.setdefault(one.verdict.rule, []).append((one.verdict, one.finding, one.number))
    called = names(run) if left else ()
    for rule in sorted(left):
        verdict = left[rule][0][0]
        sessions = len({number for _, _, number in left[rule]})
        count = f"{counted(len(left[rule]), 'more finding')} in {counted(sessions, 'session')}"
        yield f"{visible(rule)} {visible(verdict.slug)} ({verdict.level}): {count}", _style(verdict)
        for _, finding, number in left[rule][:MOST_PLACES]:
            yield f"      at      {visible(at(finding.place) or called[number])}: {visible(finding.message)}", ""
        if len(left[rule]) > MOST_PLACES:
            yield "      \u2026", ""


def _faults(session: SessionReport) -> list[Verdict]:
    return [verdict for verdict in session.verdicts if verdict.status == "error"]


def _clean(session: SessionReport) -> bool:
    return not news(session) and not unmet(session) and not _faults(session)


def _session(session: SessionReport, name: str, texts: Mapping[str, RuleText]) -> Iterator[tuple[str, str]]:
    if session.problem is not None:
        place = f"{visible(session.problem.at)}: " if session.problem.at else ""
        yield f"\u2717 {name}", "bold red"
        yield f"    {place}{visible(session.problem.message)}", "red"
        if session.problem.hint:
            yield f"    hint: {visible(session.problem.hint)}", ""
        return
    if session.skipped:
        yield f"- {name}: skipped, {visible(session.skipped)}", "yellow"
        return
    clean = _clean(session)
    if session.input_format == "client":
        name = f"{name}: {visible(session.title)}"
    yield (f"\u2713 {name}{_well(session)}", "green") if clean else _head(session, name)
    for warning in session.warnings:
        yield f"    note: {visible(warning)}", "yellow"
    if not clean:
        yield from _wrong(session, texts)


def _head(session: SessionReport, name: str) -> tuple[str, str]:
    """The line of a session with findings: a cross where they fail the run, else a warning."""
    failing = any(verdict.status == "fail" and any(not one.baselined for one in verdict.findings)
                  for verdict in session.verdicts)  # fmt: skip
    return (f"\u2717 {name}", "bold red") if failing or _faults(session) or unmet(session) else (f"! {name}", "yellow")


def _wrong(session: SessionReport, texts: Mapping[str, RuleText]) -> Iterator[tuple[str, str]]:
    for fault in _faults(session):
        yield f"    the check {visible(fault.rule)} itself failed: {visible(fault.reason)}", "red"
    for difference in unmet(session):
        yield f"    {visible(difference)}", "red"
    found = [(verdict, finding) for verdict in session.verdicts for finding in verdict.findings]
    new = [(verdict, finding) for verdict, finding in found if not finding.baselined]
    for verdict, finding in new[:MOST_FINDINGS]:
        yield from _finding(verdict, finding)
        apart = session.input_format == "gateway"  # a turn there is one check: the next has nothing to do with it
        if apart and (words := texts.get(verdict.rule)):
            yield f"      mend    {one_line(words.mend, 300)}", ""
        if (words := texts.get(verdict.rule)) and words.taught:
            yield f"      taught  {', '.join(map(visible, words.taught[:MOST_TAUGHT]))}", ""
        if session.trace is not None:
            yield from _around(session.trace.events, finding.event, turn_alone=apart)
    if len(new) > MOST_FINDINGS:
        yield f"    and {counted(len(new) - MOST_FINDINGS, 'more finding')} in this session", "red"
    if len(found) > len(new):
        yield f"    {counted(len(found) - len(new), 'finding')} known from the baseline", "yellow"


def _well(session: SessionReport) -> str:
    """What there is to say of a session in which nothing is wrong."""
    if session.expectation is not None:
        broken = session.broken()
        return f": breaks {', '.join(map(visible, broken))}, as declared" if broken else ": conforms"
    return f": {session.findings_count:,} known from the baseline" if session.findings_count else ""


def _style(verdict: Verdict) -> str:
    return "yellow" if verdict.status == "warn" else "red"


def _finding(verdict: Verdict, finding: Finding) -> Iterator[tuple[str, str]]:
    rule = f"{visible(verdict.rule)} {visible(verdict.slug)} ({verdict.level})"
    yield f"    {rule}: {visible(finding.message)}", _style(verdict)
    place = visible(at(finding.place)) or ("the files" if finding.of_file else "event")
    yield f"      at      {place}{f' ({finding.moment})' if finding.moment else ''}", ""
    if finding.evidence:
        yield f"      found   {one_line(finding.evidence, 300)}", ""
    if finding.why:
        yield f"      why     {one_line(finding.why, 300)}", ""
    yield f"      wanted  {one_line(finding.expected, 300)}", ""


def _around(events: tuple[Event, ...], at: int, *, turn_alone: bool = False) -> Iterator[tuple[str, str]]:
    """The events round a finding, the one it is about marked; with ``turn_alone`` none of another turn's."""
    first, last = max(0, at - BEFORE), min(len(events), at + AFTER + 1)
    begins = [seq for seq in range(first, last) if isinstance(events[seq], HumanMessage)] if turn_alone else []
    first = max([first, *(seq for seq in begins if seq <= at)])
    last = min([last, *(seq for seq in begins if seq > at)])
    for seq in range(first, last):
        mark, style = ("  \u25b6", "bold") if seq == at else ("   ", "dim")
        yield f"    {mark} {seq:>4} {describe(events[seq])}", style


def describe(event: Event) -> str:
    """An event on one line: who, and what."""
    match event:
        case HumanMessage():
            return f"human    {_glance(event.text)}"
        case AgentMessage():
            return f"agent    {_glance(event.text)}"
        case ToolCall():
            return f"call     {_glance(event.tool)} {_glance(json_text(event.arguments))}"
        case ToolResult():
            return f"result   {_glance(event.fault or event.text)}"
        case UrlPrompt():
            return f"prompt   {_glance(event.url)}"
        case Decision():
            return f"decision {event.decision} {_glance(event.request_id)}"
        case UpstreamCall():
            return f"upstream {_glance(event.integration)}/{_glance(event.tool)}"
        case TurnEnd():  # pragma: no branch - the last of all events
            return "end of turn"


def _glance(text: str) -> str:
    return one_line(text, 300)


def _kinds(run: Run, entries: int) -> Iterator[str]:
    """How many sessions were judged, and what of the entries is none: it could not be read, or was passed over."""
    tally = run.totals
    unread = tally.problems if tally else sum(1 for session in run.sessions if session.problem is not None)
    skipped = tally.skipped if tally else sum(1 for session in run.sessions if session.skipped)
    yield counted(entries - unread - skipped, "client" if run.kind == "client" else "session")
    if unread:
        yield f"{unread:,} not read"
    if skipped:
        yield f"{skipped:,} passed over"


def _summary(run: Run, console: Console) -> None:
    from rich.text import Text

    counts = run.summary()
    if run.kind == "transcript":
        met = sum(1 for session in run.sessions if session.expectation and session.expectation.met)
        skipped = sum(1 for session in run.sessions if session.skipped)
        wrong = len(run.sessions) - met - skipped
        text = f"{counted(len(run.sessions), 'transcript')}: {met} as declared, {wrong} not, {skipped} skipped"
    else:
        told = ", ".join(f"{counts[name]:,} {name.replace('_', ' ')}" for name in counts if name != "sessions")
        text = f"{', '.join(_kinds(run, counts['sessions']))}; verdicts: {told}"
    if run.kind != "gateway":  # its facts are of the wire, and go into the documents only
        for name, value in run.facts.items():
            console.print(Text(visible(f"{name}: {value}")))
    console.print(Text(text, style="bold red" if run.exit_code() else "bold green"))


TERMINAL = Writer(name="terminal", write=_write)
