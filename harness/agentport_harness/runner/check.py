"""Judges recorded sessions, one at a time, each report complete before the next recording is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agentport_harness.core import importer
from agentport_harness.core.judge import judge
from agentport_harness.core.report import Problem, SessionReport
from agentport_harness.core.rule import Rule
from agentport_harness.core.trace import Trace
from agentport_harness.loaders import recordings
from agentport_harness.surfaces.reading import read_session


def check(
    paths: Iterable[str | Path],
    rules: Sequence[Rule],
    *,
    skipped: Sequence[Rule] = (),
    input_format: str = "auto",
    gateway_servers: Iterable[str] = (),
) -> Iterator[SessionReport]:
    """A report for every session of ``paths``, and one for everything that could not be read, in order.

    ``gateway_servers`` names MCP servers that are the gateway under another name. Raises `InputError` for an
    unknown ``input_format`` only.
    """
    servers = frozenset(gateway_servers)
    for recording in recordings(paths, input_format):
        if isinstance(recording, importer.Problem):
            yield _unreadable(recording)
        else:
            named = replace(recording, gateway_servers=recording.gateway_servers | servers) if servers else recording
            yield check_trace(named, rules, skipped=skipped)


def check_trace(trace: Trace, rules: Sequence[Rule], *, skipped: Sequence[Rule] = ()) -> SessionReport:
    """The report of one session. The trace is kept in it only where a finding points into it."""
    verdicts = judge(read_session(trace), rules, skipped=skipped)
    report = SessionReport(
        source=trace.source,
        input_format=trace.input_format,
        session_id=trace.session_id,
        verdicts=verdicts,
        warnings=trace.warnings,
    )
    return replace(report, trace=trace) if report.findings_count else report


def _unreadable(problem: importer.Problem) -> SessionReport:
    at = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
    report = SessionReport(source=problem.path, input_format="", session_id="")
    if problem.severity == "warning":
        return replace(report, skipped=f"{at}: {problem.message}")
    return replace(report, problem=Problem(message=problem.message, at=at, hint=problem.hint))
