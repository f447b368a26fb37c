"""Judges recorded sessions: `check_recording` is the one call behind the command, its processes and a fleet's engine.

Each report is complete before the next session is read, so that memory holds one session at a time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

from agentport_harness.core import importer
from agentport_harness.core.importer import Recording
from agentport_harness.core.judge import judge
from agentport_harness.core.report import Problem, SessionReport
from agentport_harness.core.rule import Rule
from agentport_harness.core.selection import selected
from agentport_harness.core.trace import Trace
from agentport_harness.core.verdict import Level, Status
from agentport_harness.loaders import chosen_formats, recordings, sessions_of
from agentport_harness.runner.catalogue import agent_rules
from agentport_harness.runner.redaction import redacted, redacted_trace
from agentport_harness.sources import Source, can_be_read_again, find
from agentport_harness.surfaces.reading import read_session

_BETWEEN_LOOKS = 20_000
"""New objects after which cycles are looked for among them; a session has a few thousand, and next to no cycle."""
_SAYS_NOTHING: frozenset[Status] = frozenset({"not_applicable", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How recordings are to be judged. It can be pickled: the rules themselves are found where they are run.

    ``gateway_servers`` names MCP servers that are the gateway under another name. ``traces`` keeps the session in the
    report of one with findings, for reports that show what happened around them. ``redact`` masks credentials and
    e-mail addresses.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    level: Level = "MAY"
    input_format: str = "auto"
    gateway_servers: tuple[str, ...] = ()
    traces: bool = False
    redact: bool = False

    def verified(self) -> Settings:
        """The same settings. Raises `InputError` for an id or prefix that names no rule, and for an unknown format."""
        self.rules()
        chosen_formats(self.input_format)
        return self

    def rules(self) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
        """The rules to run and those to skip. Raises `InputError` for an id or prefix that names none."""
        return _rules(self)


def check_recording(source: str | Path | Source, settings: Settings | None = None) -> tuple[SessionReport, ...]:
    """A report for every session of one recording, and one for everything in it that could not be read, in order.

    ``source`` is a file, or a folder, or what `agentport_harness.sources.find` found. The call depends on nothing but
    its arguments and the recording, changes nothing, and can be pickled with its arguments and its result: an engine
    may run it anywhere, and again where a run was lost. Nothing that a recording holds makes it raise; it raises
    `InputError` for ``settings`` that name no rule or no format.
    """
    return tuple(reports(source, settings))


def reports(source: str | Path | Source, settings: Settings | None = None) -> Iterator[SessionReport]:
    """The same one after the other, for recordings that hold too many sessions to keep."""
    settings = settings or Settings()
    for found in (source,) if isinstance(source, Source) else find([source]):
        if isinstance(found, importer.Problem):
            yield unreadable(found, settings)
        elif not can_be_read_again(found):
            yield from _reports(found, settings)
        else:
            told, closer = 0, False
            try:
                for report in _reports(found, settings, glance=True):
                    yield report
                    told += 1
            except importer.LookCloserError:
                closer = True  # and what was read so far is let go
            if closer:
                yield from islice(_reports(found, settings), told, None)


def _reports(source: Source, settings: Settings, *, glance: bool = False) -> Iterator[SessionReport]:
    run, skipped = settings.rules()
    for recording in traces(source, settings, glance=glance):
        if isinstance(recording, importer.Problem):
            yield unreadable(recording, settings)
            continue
        report = check_trace(recording, run, skipped=skipped)
        if recording.glanced and any(verdict.status not in _SAYS_NOTHING for verdict in report.verdicts):
            raise importer.LookCloserError
        if settings.redact:
            report = redacted(report, recording)
        yield report if settings.traces or report.trace is None else replace(report, trace=None)


def look_for_garbage_seldom() -> None:
    """For a process that does nothing but judge: Python's own looking for cycles takes a twelfth of its time."""
    gc.set_threshold(_BETWEEN_LOOKS, 20, 20)


def judged_one_by_one(sources: Iterable[Source | importer.Problem], settings: Settings) -> Iterator[SessionReport]:
    """The reports of every source, in order, in this process."""
    for found in sources:
        if isinstance(found, importer.Problem):
            yield unreadable(found, settings)
        else:
            yield from reports(found, settings)


def something_judged(sessions: Iterable[SessionReport], name: str) -> Iterator[SessionReport]:
    """The same reports; and a problem at their end when nothing was judged and none of them is one.

    A run over the wrong folder would else be a clean one.
    """
    told = False
    for report in sessions:
        told = told or not report.skipped
        yield report
    if not told:
        yield unreadable(nothing_judged(name))


def nothing_judged(name: str) -> importer.Problem:
    """What is said of paths at which nothing is a recording."""
    message, hint = "nothing there is a recording", "name other paths, or the format with --input-format"
    return importer.Problem(path=name, slug="nothing-judged", message=message, hint=hint)


def traces(source: str | Path | Source, settings: Settings, *, glance: bool = False) -> Iterator[Recording]:
    """The sessions of one recording as they are to be judged, and what could not be read of it."""
    servers = frozenset(settings.gateway_servers)
    for recording in _read(source, settings.input_format, glance=glance):
        if isinstance(recording, Trace) and servers - recording.gateway_servers:
            yield replace(recording, gateway_servers=recording.gateway_servers | servers)
        else:
            yield recording


def converted(paths: Iterable[str | Path], settings: Settings) -> Iterator[Recording]:
    """The sessions of ``paths`` as traces, masked where that is wanted, and what could not be read."""
    for path in paths:
        for recording in traces(path, settings):
            yield redacted_trace(recording) if settings.redact and isinstance(recording, Trace) else recording


def check_trace(trace: Trace, rules: Sequence[Rule], *, skipped: Sequence[Rule] = ()) -> SessionReport:
    """The report of one session. The trace is kept in it only where a finding points into it."""
    session = read_session(trace)
    if trace.glanced and session.uses_gateway:
        raise importer.LookCloserError
    verdicts = judge(session, rules, skipped=skipped)
    report = SessionReport(
        source=trace.source,
        input_format=trace.input_format,
        session_id=trace.session_id,
        verdicts=verdicts,
        warnings=trace.warnings,
        began=next((event.time for event in trace.events if event.time is not None), None),
    )
    return replace(report, trace=trace) if report.findings_count else report


def unreadable(problem: importer.Problem, settings: Settings | None = None) -> SessionReport:
    """The report of what could not be read; a warning is something that was passed over."""
    at = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
    report = SessionReport(source=problem.path, input_format="", session_id="")
    if problem.severity == "warning":
        report = replace(report, skipped=(f"line {problem.line}: " if problem.line else "") + problem.message)
    else:
        report = replace(report, problem=Problem(message=problem.message, at=at, hint=problem.hint))
    return redacted(report) if settings and settings.redact else report


def _read(source: str | Path | Source, input_format: str, *, glance: bool) -> Iterator[Recording]:
    if isinstance(source, Source):
        return sessions_of(source, input_format, glance=glance)
    return recordings([source], input_format)


@lru_cache(maxsize=8)
def _rules(settings: Settings) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    return selected(agent_rules(), select=settings.select, ignore=settings.ignore, level=settings.level)
