"""What every format tells of a run: its sessions by name, the findings that are news, and the result in one line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON
from agentport_harness.core.report import Problem, Run, SessionReport
from agentport_harness.core.trace import Place
from agentport_harness.core.verdict import Finding, Verdict

TOOL = "agentport-conformance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding with the rule that it breaks and the session it is from, ``number`` counting sessions from 0."""

    number: int
    session: SessionReport
    verdict: Verdict
    finding: Finding


def names(run: Run) -> tuple[str, ...]:
    """One name for each session: a transcript's own, else the source, told apart by session where it holds several."""
    if run.kind == "transcript":
        return tuple(session.session_id or session.source for session in run.sessions)
    held = Counter(session.source for session in run.sessions)
    return tuple(
        f"{session.source} ({session.session_id})" if held[session.source] > 1 and session.session_id
        else session.source
        for session in run.sessions
    )  # fmt: skip


def told(run: Run) -> Iterator[Told]:
    """Every finding that is news: what a transcript declares to be broken is not."""
    for number, session in enumerate(run.sessions):
        for verdict in session.verdicts:
            if not declared(session, verdict):
                for finding in verdict.findings:
                    yield Told(number=number, session=session, verdict=verdict, finding=finding)


def declared(session: SessionReport, verdict: Verdict) -> bool:
    """Whether a transcript says itself that this rule is broken in it."""
    return session.expectation is not None and verdict.rule in session.expectation.rules


def unmet(session: SessionReport) -> tuple[str, ...]:
    """In what a transcript differs from what it declares."""
    return session.expectation.differences if session.expectation is not None else ()


def news(session: SessionReport) -> set[str]:
    """The rules that are broken in the session, beyond what it declares and the baseline names."""
    return {
        verdict.rule
        for verdict in session.verdicts
        if not declared(session, verdict) and not all(finding.baselined for finding in verdict.findings)
    }


def most_telling(run: Run, most: int) -> list[int]:
    """The numbers of the sessions to show when not all can be, in order.

    Those come first that are not as they declare, then the first of every rule, then the second of every rule.
    """
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, int]] = []
    for number, session in enumerate(run.sessions):
        rules = news(session)
        seen.update(rules)
        if unmet(session):
            ranked.append((0, number))
        elif rules:
            ranked.append((min(seen[rule] for rule in rules), number))
    return sorted(number for _, number in sorted(ranked)[:most])


def at(place: Place) -> str:
    """``path:line`` as far as it is known."""
    return f"{place.path}:{place.line}" if place.path and place.line else place.path


def where(problem: Problem, source: str) -> Place:
    """Where a problem is: its ``file:line``, else the source as a whole."""
    path, _, line = problem.at.rpartition(":")
    if path and line.isascii() and line.isdecimal() and int(line) > 0:
        return Place(path=path, line=int(line))
    return Place(path=problem.at or source)


def json_text(value: JSON, indent: int | None = None) -> str:
    """A value as JSON; one that is nested too deeply for that says so."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent)
    except RecursionError:
        return "(nested too deeply to be shown)"


def counted(number: int, noun: str) -> str:
    """``1 session``, ``2 sessions``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def outcome(run: Run) -> str:
    """The run's result in one sentence."""
    if run.kind == "transcript":
        unlike = sum(1 for session in run.sessions if session.problem is not None or unmet(session))
        skipped = sum(1 for session in run.sessions if session.skipped)
        said = f"{counted(len(run.sessions), 'transcript')}: {len(run.sessions) - unlike - skipped:,} as declared"
        parts = [said] + [f"{count:,} {word}" for count, word in ((unlike, "not"), (skipped, "skipped")) if count]
    else:
        judged = sum(1 for session in run.sessions if session.problem is None and not session.skipped)
        parts = [f"{counted(judged, 'session')} judged", *_found(run)]
    return ", ".join([*parts, *_stale(run)])


def _stale(run: Run) -> Iterator[str]:
    if run.stale:
        yield f"{len(run.stale):,} stale in the baseline"


def _found(run: Run) -> Iterator[str]:
    new = Counter(one.verdict.status for one in told(run) if not one.finding.baselined)
    known = sum(1 for one in told(run) if one.finding.baselined)
    unread = sum(1 for session in run.sessions if session.problem is not None)
    faults = sum(1 for session in run.sessions for verdict in session.verdicts if verdict.status == "error")
    if not new:
        yield "nothing new found" if known else "nothing found"
    if new["fail"]:
        yield counted(new["fail"], "violation")
    if new["warn"]:
        yield counted(new["warn"], "warning")
    if known:
        yield f"{known:,} known from the baseline"
    if unread:
        yield f"{unread:,} could not be judged"
    if faults:
        yield f"{faults:,} checks failed themselves" if faults > 1 else "1 check failed itself"
