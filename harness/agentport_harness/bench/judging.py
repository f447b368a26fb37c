"""Runs one check on a bench of its own and says what came of it; whatever happens, one verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import anyio

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import GatewayCheck, Held, NotReachedError, Unseen, Violated
from agentport_harness.bench.journal import Journal
from agentport_harness.bench.stand import Stand
from agentport_harness.core.errors import HarnessError, UnreachableError
from agentport_harness.core.judge import clipped
from agentport_harness.core.trace import Event
from agentport_harness.core.verdict import Finding, Status, Verdict, fingerprint

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from agentport_harness.bench.check import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of one check: its verdict, all that was done and seen, and what could not be undone.

    The findings' events count from the start of ``events``.
    """

    verdict: Verdict
    events: tuple[Event, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    left_behind: tuple[str, ...] = ()
    seconds: float = 0.0


_BROKE: Mapping[str, tuple[str, str]] = {"bad-list": ("the gateway sends no list of its tools", "a list of tools")}


class _Sightings:
    """What a check has seen so far."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.held = 0
        self.violated: list[tuple[Violated, int]] = []
        self.reason = ""
        self.error = ""

    def add(self, sighting: Sighting) -> None:
        if isinstance(sighting, Held):
            self.held += 1
        elif isinstance(sighting, Unseen):
            self.reason = self.reason or sighting.reason
        else:
            evidence = sighting.evidence or self._journal.last_exchange()
            shown = replace(sighting, evidence=self._journal.redactor.text(evidence))
            self.violated.append((shown, len(self._journal.events) - 1))

    def fault(self, error: BaseException) -> None:
        """What ended the check early."""
        known = _first(error)
        if isinstance(known, NotReachedError):
            self.reason = self._journal.redactor.text(str(known))
        elif isinstance(known, UnreachableError) and known.slug != "adapter-refused":
            said, wanted = _BROKE.get(known.slug, ("the gateway broke off", "an answer"))
            self.add(Violated(message=said, expected=wanted, evidence=known.message))
        elif isinstance(known, HarnessError):
            self.reason = self._journal.redactor.text(known.message)
        else:
            self.error = f"the check itself failed: {type(known).__name__}: {known}"


async def run_check(check: GatewayCheck, stand: Stand, *, resting: Callable[[], None] = lambda: None) -> Checked:
    """One check's verdict. ``resting`` is called when from there on it only waits.

    Raises nothing but cancellation: a check's own fault is a verdict too.
    """
    if lacking := next((lack for need in check.needs if (lack := stand.lacks(need))), ""):
        return Checked(verdict=plain(check, "skipped", lacking))
    journal = Journal(f"{check.id} {check.slug}", stand.redactor, stand.wall)
    seen = _Sightings(journal)
    left: list[str] = []
    facts: dict[str, str] = {}
    began = time.perf_counter()
    with anyio.move_on_after(check.timeout) as scope:

        def more_time(seconds: float) -> None:
            scope.deadline += seconds

        try:
            async with AsyncExitStack() as stack:
                bench = Bench(check.slug, stand, journal, stack)
                bench.resting, bench.more_time, bench.left_behind, bench.facts = resting, more_time, left, facts
                looking: AsyncGenerator[Sighting, None] = check.look(bench)  # type: ignore[assignment]  # a generator
                async with aclosing(looking):
                    async for sighting in looking:
                        seen.add(sighting)
        except Exception as error:  # noqa: BLE001 one check's fault must not take the other verdicts with it
            seen.fault(error)
    if scope.cancelled_caught:
        seen.add(Violated(message=f"no end within {check.timeout:.0f} s", expected="answers in bounded time"))
    return Checked(
        verdict=_verdict(check, seen),
        events=tuple(journal.events),
        facts={f"{check.id} {name}": value for name, value in facts.items()},
        left_behind=tuple(left),
        seconds=time.perf_counter() - began,
    )


def plain(check: GatewayCheck, status: Status, reason: str = "") -> Verdict:
    """A verdict without findings."""
    return Verdict(rule=check.id, slug=check.slug, level=check.level, status=status, reason=reason)


def _verdict(check: GatewayCheck, seen: _Sightings) -> Verdict:
    if seen.error:
        return plain(check, "error", seen.error)
    if seen.violated:
        counts: Counter[str] = Counter()
        findings: list[Finding] = []
        for violated, event in seen.violated:
            counts[violated.message] += 1
            findings.append(
                Finding(
                    message=violated.message,
                    turn=1,
                    event=event,
                    evidence=clipped(violated.evidence),
                    expected=violated.expected,
                    # ids and times in the evidence are others in every run
                    fingerprint=fingerprint(check.id, "gateway", violated.message, "", counts[violated.message]),
                )
            )
        status: Status = "fail" if check.level == "MUST" else "warn"
        return replace(plain(check, status), findings=tuple(findings))
    if seen.reason or not seen.held:
        return plain(check, "not_testable", seen.reason or "the check saw nothing to judge")
    return plain(check, "pass")


def _first(error: BaseException) -> BaseException:
    """The error that matters in a group: the harness's own where there is one."""
    while isinstance(error, BaseExceptionGroup):
        known = error.subgroup((HarnessError, NotReachedError))
        error = (known or error).exceptions[0]
    return error
