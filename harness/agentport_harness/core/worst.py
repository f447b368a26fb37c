"""The few worst of any number of sources or folders, counted while their sessions come in a row."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST_SOURCES = 10


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceTally:
    """The new findings of one source or folder, and in how many of its sessions they are."""

    findings: int
    broken: int
    sessions: int
    source: str


class Worst:
    """Takes the sessions of one source after the other, those of each in a row."""

    def __init__(self) -> None:
        self.seen = 0
        self._worst: list[SourceTally] = []
        self._current = SourceTally(findings=0, broken=0, sessions=0, source="")

    def add(self, source: str, findings: int) -> None:
        """Count one session."""
        if not self.seen or source != self._current.source:
            self._keep()
            self.seen += 1
            self._current = SourceTally(findings=0, broken=0, sessions=0, source=source)
        before = self._current
        self._current = replace(
            before,
            findings=before.findings + findings,
            broken=before.broken + bool(findings),
            sessions=before.sessions + 1,
        )

    def worst(self) -> Sequence[SourceTally]:
        """Those with the most new findings, the worst first."""
        every = [*self._worst, self._current]
        ordered = sorted((one for one in every if one.findings), key=lambda one: (-one.findings, one.source))
        return ordered[:MOST_SOURCES]

    def _keep(self) -> None:
        if not self._current.findings:
            return
        if len(self._worst) < MOST_SOURCES:
            heapq.heappush(self._worst, self._current)
        elif self._current.findings > self._worst[0].findings:  # of equal ones the first stay
            heapq.heapreplace(self._worst, self._current)
