"""What a check of files says where it looks, and the verdict that follows: shared by all that inspect files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from agentport_harness.core.judge import clipped
from agentport_harness.core.trace import Place
from agentport_harness.core.verdict import Finding, Level, Status, Verdict, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The check looked at something, and it is as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something is not: where (``line`` from 1, 0 for the whole file), what is there, and what should be."""

    path: str
    message: str
    expected: str
    line: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unable:
    """The check cannot tell, for the reason given."""

    reason: str


class Inspection(Protocol):
    """Anything that verdicts are of: a check of skills, a check of a set-up."""

    @property
    def id(self) -> str:
        """The id, as in SK101."""

    @property
    def slug(self) -> str:
        """The name."""

    @property
    def level(self) -> Level:
        """The RFC 2119 level."""


def fault_verdict(check: Inspection, faults: Iterable[Fault], *, why: str = "") -> Verdict:
    """The verdict on a check that found faults; ``why`` says what they cost."""
    return Verdict(
        rule=check.id,
        slug=check.slug,
        level=check.level,
        status="fail" if check.level == "MUST" else "warn",
        findings=tuple(_findings(check, faults, why)),
    )


def plain_verdict(check: Inspection, status: Status, reason: str = "") -> Verdict:
    """The verdict on a check that found none."""
    return Verdict(rule=check.id, slug=check.slug, level=check.level, status=status, reason=reason)


def _findings(check: Inspection, faults: Iterable[Fault], why: str) -> Iterator[Finding]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for fault in sorted(faults, key=lambda fault: (fault.path, fault.line)):
        evidence = clipped(fault.evidence)
        seen[fault.path, fault.message, evidence] += 1
        yield Finding(
            message=fault.message,
            turn=1,
            event=0,
            of_file=True,
            evidence=evidence,
            expected=fault.expected,
            place=Place(path=fault.path, line=fault.line or None),
            fingerprint=fingerprint(
                check.id, fault.path, fault.message, evidence, seen[fault.path, fault.message, evidence]
            ),
            why=why,
        )
