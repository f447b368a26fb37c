"""The report for people: quiet when clean, and the session around each finding when not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agentport_harness.core.report import Run, SessionReport
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

if TYPE_CHECKING:
    from rich.console import Console

BEFORE, AFTER = 3, 3
"""Events shown around a finding."""


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
    for session in run.sessions:
        if not look.quiet or _wrong(session, run):
            for text, style in _session(session, run):
                console.print(Text(text, style=style))
    for entry in run.stale:
        console.print(Text(f"stale baseline entry: {visible(entry)}", style="red"))
    if not look.quiet or run.exit_code():
        _summary(run, console)
    return out.getvalue()


def _wrong(session: SessionReport, run: Run) -> bool:
    if session.problem is not None:
        return True
    return not session.expectation.met if session.expectation else bool(session.broken()) and run.kind != "transcript"


def _session(session: SessionReport, run: Run) -> Iterator[tuple[str, str]]:
    name = visible(session.session_id if run.kind == "transcript" else session.source)
    if session.problem is not None:
        at = f"{visible(session.problem.at)}: " if session.problem.at else ""
        yield f"\u2717 {name}", "bold red"
        yield f"    {at}{visible(session.problem.message)}", "red"
        if session.problem.hint:
            yield f"    hint: {visible(session.problem.hint)}", ""
        return
    if session.skipped:
        yield f"- {name}: skipped, {visible(session.skipped)}", "yellow"
        return
    broken = session.broken()
    if session.expectation is not None and session.expectation.met:
        told = f"breaks {', '.join(broken)}, as declared" if broken else "conforms"
        yield f"\u2713 {name}: {told}", "green"
        return
    clean = not broken and (session.expectation is None or session.expectation.met)
    mark = "\u2713" if clean else "\u2717"
    yield f"{mark} {name}", "green" if clean else "bold red"
    for warning in session.warnings:
        yield f"    note: {visible(warning)}", "yellow"
    for difference in session.expectation.differences if session.expectation else ():
        yield f"    {visible(difference)}", "red"
    for verdict in session.verdicts:
        if verdict.status == "error":
            yield f"    {verdict.rule} {verdict.slug}: {visible(verdict.reason)}", "bold red"
        for finding in verdict.findings:
            yield from _finding(verdict, finding, session)


def _finding(verdict: Verdict, finding: Finding, session: SessionReport) -> Iterator[tuple[str, str]]:
    known = " (in the baseline)" if finding.baselined else ""
    yield (
        f"    {verdict.rule} {verdict.slug} ({verdict.level}): {visible(finding.message)}{known}",
        ("yellow" if verdict.status == "warn" or finding.baselined else "red"),
    )
    place = finding.place
    where = f"{visible(place.path)}:{place.line}" if place.line else visible(place.path)
    yield f"      at      {where or 'event'} (turn {finding.turn}, event {finding.event})", ""
    if finding.evidence:
        yield f"      found   {one_line(finding.evidence, 300)}", ""
    yield f"      wanted  {one_line(finding.expected, 300)}", ""
    if session.trace is not None:
        yield from _around(session.trace.events, finding.event)


def _around(events: tuple[Event, ...], at: int) -> Iterator[tuple[str, str]]:
    """The events round a finding, the one it is about marked."""
    first, last = max(0, at - BEFORE), min(len(events), at + AFTER + 1)
    for seq in range(first, last):
        mark, style = ("  \u25b6", "bold") if seq == at else ("   ", "dim")
        yield f"    {mark} {seq:>4} {describe(events[seq])}", style


def describe(event: Event, width: int = 110) -> str:
    """An event on one line: who, and what."""
    match event:
        case HumanMessage():
            return f"human    {one_line(event.text, width)}"
        case AgentMessage():
            return f"agent    {one_line(event.text, width)}"
        case ToolCall():
            return f"call     {visible(event.tool)} {one_line(json.dumps(event.arguments, ensure_ascii=False), width)}"
        case ToolResult():
            return f"result   {one_line(event.fault or event.text, width)}"
        case UrlPrompt():
            return f"prompt   {one_line(event.url, width)}"
        case Decision():
            return f"decision {event.decision} {visible(event.request_id)}"
        case UpstreamCall():
            return f"upstream {visible(event.integration)}/{visible(event.tool)}"
        case TurnEnd():
            return "end of turn"


def _summary(run: Run, console: Console) -> None:
    from rich.text import Text

    counts = run.summary()
    if run.kind == "transcript":
        met = sum(1 for session in run.sessions if session.expectation and session.expectation.met)
        skipped = sum(1 for session in run.sessions if session.skipped)
        wrong = len(run.sessions) - met - skipped
        text = f"{len(run.sessions)} transcripts: {met} as declared, {wrong} not, {skipped} skipped"
    else:
        told = ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in counts if name != "sessions")
        text = f"{counts['sessions']} sessions; verdicts: {told}"
    console.print(Text(text, style="bold red" if run.exit_code() else "bold green"))


TERMINAL = Writer(name="terminal", write=_write)
