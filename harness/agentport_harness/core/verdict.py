"""Verdicts and findings: what a rule says of a session, in RFC 2119's levels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.core.trace import Place

Level: TypeAlias = Literal["MUST", "SHOULD", "MAY"]
Status: TypeAlias = Literal["pass", "fail", "warn", "not_applicable", "not_testable", "skipped", "error"]
STATUSES: tuple[Status, ...] = ("pass", "fail", "warn", "not_applicable", "not_testable", "skipped", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault: where it is (turn from 1, event from 0), the quoted evidence, and what should have happened.

    ``fingerprint`` stays the same when unrelated parts of the source move. ``of_file`` marks a finding about a file:
    its turn and event say nothing, its place says all. ``why`` says what the fault costs, where the message alone does
    not tell.
    """

    message: str
    turn: int
    event: int
    evidence: str
    expected: str
    place: Place = field(default_factory=Place)
    fingerprint: str = ""
    baselined: bool = False
    why: str = ""
    of_file: bool = False

    @property
    def moment(self) -> str:
        """When it happened in the session, as reports say it; empty for a finding about a file."""
        return "" if self.of_file else f"turn {self.turn}, event {self.event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says of one session. ``reason`` says why it could not be judged, else it is empty."""

    rule: str
    slug: str
    level: Level
    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()


def fingerprint(rule: str, source: str, message: str, evidence: str, occurrence: int) -> str:
    """A name for a finding that survives line shifts: rule, source, message, evidence, and the how-manieth of these."""
    parts = "\0".join((rule, source, message, evidence, str(occurrence)))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]
