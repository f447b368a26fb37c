"""GitHub workflow commands: annotations where the findings are, the first of every rule before any second.

GitHub shows ten of each kind for a step, so no more are written; a notice at the end says what was left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.safe_text import one_line, visible
from agentport_harness.core.trace import Place
from agentport_harness.core.verdict import Level
from agentport_harness.core.writer import Look, Writer
from agentport_harness.reports._telling import TOOL, Told, names, outcome, told, unmet, where

MOST = 10
"""Annotations of each kind."""

Kind: TypeAlias = Literal["error", "warning", "notice"]
_KINDS: dict[Level, Kind] = {"MUST": "error", "SHOULD": "warning", "MAY": "notice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    kind: Kind
    title: str
    message: str
    place: Place


def _write(run: Run, look: Look) -> str:
    lines: list[str] = []
    left: Counter[Kind] = Counter()
    shown: Counter[Kind] = Counter()
    shown["notice"] = 1  # room for the one at the end
    for annotation in _by_turns(_annotations(run)):
        if shown[annotation.kind] < MOST:
            shown[annotation.kind] += 1
            lines.append(_command(annotation))
        else:
            left[annotation.kind] += 1
    if lines or not look.quiet:
        more = ", ".join(f"{count:,} more {kind}{'s' if count > 1 else ''}" for kind, count in left.items())
        message = f"{outcome(run)}{f' (not shown here: {more})' if more else ''}"
        lines.append(_command(_Annotation(kind="notice", title=TOOL, message=message, place=Place())))
    return "".join(lines)


def _annotations(run: Run) -> Iterator[_Annotation]:
    for session, name in zip(run.sessions, names(run), strict=True):
        yield from _of_session(session, name)
    for entry in run.stale:
        yield _Annotation(kind="error", title="stale baseline entry", message=entry, place=Place())
    for one in told(run):
        if not one.finding.baselined:
            yield _finding(one)


def _of_session(session: SessionReport, name: str) -> Iterator[_Annotation]:
    here = Place(path=session.source)
    if session.problem is not None:
        yield _problem(session.problem, session.source, name)
    for said in unmet(session):
        yield _Annotation(kind="error", title=f"{name}: not as declared", message=said, place=here)
    for verdict in session.verdicts:
        if verdict.status == "error":
            title = f"{verdict.rule} {verdict.slug}: the check itself failed"
            yield _Annotation(kind="error", title=title, message=verdict.reason or name, place=here)


def _problem(problem: Problem, source: str, name: str) -> _Annotation:
    hint = f"\nhint: {problem.hint}" if problem.hint else ""
    return _Annotation(
        kind="error",
        title=f"{name}: could not be judged",
        message=f"{problem.message}{hint}",
        place=where(problem, source),
    )


def _finding(one: Told) -> _Annotation:
    finding, verdict = one.finding, one.verdict
    parts = [finding.message]
    if finding.evidence:
        parts.append(f"found: {one_line(finding.evidence, 300)}")
    parts.append(f"wanted: {one_line(finding.expected, 300)}")
    return _Annotation(
        kind=_KINDS[verdict.level],
        title=f"{verdict.rule} {verdict.slug} ({verdict.level})",
        message="\n".join(parts),
        place=finding.place,
    )


def _by_turns(annotations: Iterator[_Annotation]) -> list[_Annotation]:
    """The first of every title, then the second of every title, and so on: one loud rule hides no other."""
    seen: Counter[tuple[Kind, str]] = Counter()
    numbered = []
    for annotation in annotations:
        seen[annotation.kind, annotation.title] += 1
        numbered.append((seen[annotation.kind, annotation.title], annotation))
    return [annotation for _, annotation in sorted(numbered, key=lambda pair: pair[0])]


def _command(annotation: _Annotation) -> str:
    place = annotation.place
    properties = [f"title={_property(annotation.title)}"]
    if place.path and place.path != "<stdin>" and "://" not in place.path:
        line = [f"line={place.line}"] if place.line else []
        properties = [f"file={_property(place.path)}", *line, *properties]
    return f"::{annotation.kind} {','.join(properties)}::{_data(annotation.message)}\n"


def _data(text: str) -> str:
    return visible(text, keep="\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text, 500)).replace(":", "%3A").replace(",", "%2C")


GITHUB = Writer(name="github", write=_write)
