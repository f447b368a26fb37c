"""What a run of any length comes to, counted session by session in memory that does not grow with their number."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

from agentport_harness.core.report import Run, SessionReport, SubjectKind, exit_code_of, first_of
from agentport_harness.core.verdict import STATUSES, Finding, Level, Status, Verdict

MOST_WHOLE = 200
"""Sessions that are all kept. Of more than these only the most telling ones are, and some that were not judged."""
MOST_TELLING, MOST_PROBLEMS = 8, 20
MOST_PLACES, MOST_SOURCES, MOST_SPANS = 5, 10, 24

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


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceTally:
    """The new findings of one source."""

    findings: int
    sessions: int
    source: str


class Tally:
    """Takes reports one after the other; those of one source must come in a row, as they are read."""

    def __init__(self, kind: SubjectKind = "recording") -> None:
        self.kind = kind
        self.statuses: Counter[Status] = Counter()
        self.sessions = self.problems = self.skipped = self.unjudged = 0
        self.rules: dict[str, RuleTally] = {}
        self.spans: Counter[Span] = Counter()
        self.broken_in: Counter[Span] = Counter()
        self.stale: tuple[str, ...] = ()
        self._codes: dict[bool, set[int]] = {False: set(), True: set()}
        self._whole: list[SessionReport] | None = []
        self._telling: list[tuple[int, int, SessionReport]] = []
        self._unjudged: list[tuple[int, SessionReport]] = []
        self._worst: list[SourceTally] = []
        self._source = SourceTally(findings=0, sessions=0, source="")
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
        self._count_source(report, sum(len(findings) for _, findings in new))
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
        chosen = sorted([*telling, *self._unjudged], key=lambda pair: pair[0])
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

    def worst_sources(self) -> Sequence[SourceTally]:
        """The sources with the most new findings, the worst first."""
        every = [*self._worst, self._source]
        worst = sorted((one for one in every if one.findings), key=lambda one: (-one.findings, one.source))
        return worst[:MOST_SOURCES]

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

    def _count_source(self, report: SessionReport, findings: int) -> None:
        if report.source != self._source.source:
            if self._source.findings:
                heapq.heappush(self._worst, self._source)
                if len(self._worst) > MOST_SOURCES:
                    heapq.heappop(self._worst)
            self._source = SourceTally(findings=0, sessions=0, source=report.source)
        before = self._source
        self._source = replace(before, findings=before.findings + findings, sessions=before.sessions + 1)

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
        if report.problem is not None or report.skipped or any(v.status == "error" for v in report.verdicts):
            self.unjudged += 1
            if len(self._unjudged) < MOST_PROBLEMS:
                self._unjudged.append((number, report))
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
