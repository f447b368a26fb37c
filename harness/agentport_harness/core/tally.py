"""What a run of any length comes to, counted session by session in memory that does not grow with their number."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from agentport_harness.core.report import Run, SessionReport, SubjectKind, exit_code_of, first_of
from agentport_harness.core.verdict import STATUSES, Finding, Level, Status, Verdict
from agentport_harness.core.worst import Worst

MOST_WHOLE = 200
"""Sessions that are all kept. Of more than these only the most telling ones are, and some on which a rule failed."""
MOST_TELLING, MOST_FAULTY = 6, 20
MOST_PLACES, MOST_TROUBLES, MOST_SPANS = 5, 12, 24

_REASON = re.compile(r", got |; tried | \(")
"""What follows tells of one place only."""

Span: TypeAlias = str
"""A day, month or year, as in ``2026-07``."""


@dataclass(slots=True, kw_only=True)
class RuleTally:
    """One rule over all sessions: how many findings are news, in how many sessions, and the first of them."""

    rule: str
    slug: str
    level: Level
    findings: int = 0
    sessions: int = 0
    first: list[tuple[str, Finding]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Trouble:
    """One reason for which entries were not judged: how many, the first of them, and what to do about it."""

    why: str
    hint: str = ""
    passed_over: bool = False
    count: int = 0
    at: list[str] = field(default_factory=list)


class Tally:
    """Takes reports one after the other; those of one source must come in a row, as they are read."""

    def __init__(self, kind: SubjectKind = "recording") -> None:
        self.kind = kind
        self.statuses: Counter[Status] = Counter()
        self.sessions = self.problems = self.skipped = self.faults = 0
        self.rules: dict[str, RuleTally] = {}
        self.spans: Counter[Span] = Counter()
        self.broken_in: Counter[Span] = Counter()
        self.stale: tuple[str, ...] = ()
        self._codes: dict[bool, set[int]] = {False: set(), True: set()}
        self._whole: list[SessionReport] | None = []
        self._telling: list[tuple[int, int, SessionReport]] = []
        self._faulty: list[tuple[int, SessionReport]] = []
        self.sources, self.folders = Worst(), Worst()
        self.troubles: dict[str, Trouble] = {}
        self._digits = 10

    def add(self, report: SessionReport) -> None:
        """Count one session."""
        number = self.sessions
        self.sessions += 1
        self.statuses.update(verdict.status for verdict in report.verdicts)
        self.problems += report.problem is not None
        self.skipped += bool(report.skipped)
        for strict in (False, True):
            self._codes[strict].add(exit_code_of(report, self.kind, strict=strict))
        new = _new(report)
        self._count_rules(report, new)
        findings = sum(len(findings) for _, findings in new)
        if report.problem is not None or report.skipped:
            self._count_trouble(report)
        else:
            self.sources.add(report.source, findings)
            self.folders.add(report.source.rpartition("/")[0], findings)
        self._count_time(report, bool(new))
        self._rank(number, report, new)
        if self._whole is not None:
            self._whole.append(report)
            if len(self._whole) > MOST_WHOLE:
                self._whole = None

    def run(self, name: str) -> Run:
        """The run, with all sessions when they are few, and else with those that tell the most and these totals."""
        if self._whole is not None:
            return Run(kind=self.kind, name=name, sessions=tuple(self._whole), stale=self.stale)
        telling = [(-number, report) for _, number, report in self._telling]
        chosen = sorted([*telling, *self._faulty], key=lambda pair: pair[0])
        sessions = tuple(report for _, report in chosen)
        return Run(kind=self.kind, name=name, sessions=sessions, stale=self.stale, totals=self)

    def summary(self) -> dict[str, int]:
        """As `Run.summary`."""
        counts: dict[str, int] = {status: self.statuses[status] for status in STATUSES}
        counts["error"] += self.problems
        return {"sessions": self.sessions, **counts}

    def exit_code(self, *, strict: bool = False) -> int:
        """As `Run.exit_code`."""
        return first_of(self._codes[strict] | ({1} if self.stale else set()))

    def over_time(self) -> Mapping[Span, tuple[int, int]]:
        """Sessions that began in each day (month, year), and how many of them broke a rule, the last ones in order."""
        return {span: (self.spans[span], self.broken_in[span]) for span in sorted(self.spans)[-MOST_SPANS:]}

    def _count_rules(self, report: SessionReport, new: Sequence[tuple[Verdict, Sequence[Finding]]]) -> None:
        for verdict, findings in new:
            tally = self.rules.get(verdict.rule)
            if tally is None:
                tally = RuleTally(rule=verdict.rule, slug=verdict.slug, level=verdict.level)
                self.rules[verdict.rule] = tally
            tally.findings += len(findings)
            tally.sessions += 1
            tally.first += [(report.source, finding) for finding in findings[: MOST_PLACES - len(tally.first)]]

    def _count_trouble(self, report: SessionReport) -> None:
        problem = report.problem
        said = problem.message if problem is not None else report.skipped
        why = _REASON.split(said, maxsplit=1)[0]
        if why not in self.troubles and len(self.troubles) >= MOST_TROUBLES:
            why = "other reasons"
        at, hint = (problem.at, problem.hint) if problem is not None else (report.source, "")
        trouble = self.troubles.setdefault(why, Trouble(why=why, hint=hint, passed_over=problem is None))
        trouble.count += 1
        if len(trouble.at) < MOST_PLACES:
            trouble.at.append(at or report.source)

    def _count_time(self, report: SessionReport, broken: bool) -> None:
        try:
            day = datetime.fromtimestamp(report.began, UTC).date().isoformat() if report.began is not None else ""
        except (ValueError, OverflowError, OSError):
            day = ""  # a clock that is out of all bounds says nothing
        if not day:
            return
        self.spans[day[: self._digits]] += 1
        self.broken_in[day[: self._digits]] += broken
        if len(self.spans) > 2 * MOST_SPANS and self._digits > 4:
            self._digits -= 3  # from days to months, from months to years
            self.spans = _coarser(self.spans, self._digits)
            self.broken_in = _coarser(self.broken_in, self._digits)

    def _rank(self, number: int, report: SessionReport, new: Sequence[tuple[Verdict, Sequence[Finding]]]) -> None:
        """Keep the session if it tells more than others: the first of every rule, then the second of every rule."""
        if report.problem is not None or report.skipped:
            return
        if any(verdict.status == "error" for verdict in report.verdicts):
            self.faults += 1
            if len(self._faulty) < MOST_FAULTY:
                self._faulty.append((number, report))
        elif new:
            rank = min(self.rules[verdict.rule].sessions for verdict, _ in new)
            heapq.heappush(self._telling, (-rank, -number, report))
            if len(self._telling) > MOST_TELLING:
                heapq.heappop(self._telling)


def _new(report: SessionReport) -> list[tuple[Verdict, Sequence[Finding]]]:
    """The verdicts with findings that the baseline does not name."""
    found = ((verdict, [one for one in verdict.findings if not one.baselined]) for verdict in report.verdicts)
    return [(verdict, findings) for verdict, findings in found if findings]


def _coarser(counts: Mapping[Span, int], digits: int) -> Counter[Span]:
    merged: Counter[Span] = Counter()
    for span, count in counts.items():
        merged[span[:digits]] += count
    return merged
