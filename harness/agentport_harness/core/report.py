"""What a run has to say: one report for each session, whoever asks and in whichever format it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from agentport_harness.core.trace import Trace
from agentport_harness.core.verdict import STATUSES, Status, Verdict

if TYPE_CHECKING:
    from agentport_harness.core.tally import Tally

SubjectKind: TypeAlias = Literal["recording", "transcript", "gateway", "skills", "client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How a transcript's verdict and expectations compare with what happened; ``differences`` say it in words."""

    rules: tuple[str, ...]
    differences: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether everything was as declared."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a source could not be judged: ``exit_code`` as for errors, ``at`` is ``file:line``."""

    message: str
    at: str = ""
    hint: str = ""
    exit_code: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """One session: where it came from, what every rule says, and for a transcript how that compares.

    ``problem`` is set when it could not be judged, ``skipped`` when it was not run, with the reason. ``sentences`` are
    those of the skills that a transcript tries, where that was asked for. ``began`` is when a recorded session began,
    in seconds since 1970, None where the recording does not say.
    """

    source: str
    input_format: str
    session_id: str = ""
    title: str = ""
    verdicts: tuple[Verdict, ...] = ()
    expectation: Met | None = None
    problem: Problem | None = None
    skipped: str = ""
    warnings: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    trace: Trace | None = None
    seconds: float = 0.0
    began: float | None = None

    @property
    def findings_count(self) -> int:
        """How many findings the verdicts hold."""
        return sum(len(verdict.findings) for verdict in self.verdicts)

    def broken(self) -> tuple[str, ...]:
        """The ids of the rules that were found broken, warnings included."""
        return tuple(verdict.rule for verdict in self.verdicts if verdict.status in ("fail", "warn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What the catalogue says of a rule: what is asked, why it matters to the human, and how to mend a fault.

    ``taught`` are the sections of the skills that teach it.
    """

    text: str
    why: str
    mend: str
    taught: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All reports of one run. ``stale`` are baseline entries that matched nothing.

    ``texts`` are the catalogue's words on the rules, by id, for formats that describe rules beside the findings.
    Where ``totals`` is set the run was too long to keep: ``sessions`` are then those that tell the most.
    """

    kind: SubjectKind
    name: str
    sessions: tuple[SessionReport, ...]
    stale: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, RuleText] = field(default_factory=dict)
    totals: Tally | None = None

    def summary(self) -> dict[str, int]:
        """Number of sessions, and of verdicts by status."""
        return summary_of(self.sessions) if self.totals is None else self.totals.summary()

    def exit_code(self, *, strict: bool = False) -> int:
        """0 clean · 1 violations or stale baseline · 2 unreadable input · 3 unreachable · 4 a fault of the harness."""
        if self.totals is not None:
            return self.totals.exit_code(strict=strict)
        codes = {exit_code_of(session, self.kind, strict=strict) for session in self.sessions}
        return first_of(codes | ({1} if self.stale else set()))


def exit_code_of(session: SessionReport, kind: SubjectKind, *, strict: bool) -> int:
    """What one session alone leads to."""
    if session.problem is not None:
        return session.problem.exit_code
    if any(verdict.status == "error" for verdict in session.verdicts):
        return 4
    if kind == "transcript":
        return 0 if session.expectation is None or session.expectation.met else 1
    failing = ("fail", "warn") if strict else ("fail",)
    return int(
        any(
            not finding.baselined
            for verdict in session.verdicts
            if verdict.status in failing
            for finding in verdict.findings
        )
    )


def first_of(codes: Collection[int]) -> int:
    """The exit code that wins where several apply."""
    return next((code for code in (4, 2, 3, 1) if code in codes), 0)


def summary_of(sessions: Iterable[SessionReport]) -> dict[str, int]:
    """Number of sessions, and of verdicts by status; a session that could not be judged counts as an error."""
    counts: Counter[Status] = Counter()
    number = 0
    for session in sessions:
        number += 1
        counts.update(verdict.status for verdict in session.verdicts)
        counts["error"] += session.problem is not None
    return {"sessions": number} | {status: counts[status] for status in STATUSES}
