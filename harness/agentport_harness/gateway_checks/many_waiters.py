"""Waiting for a human costs the others nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from statistics import median

from agentport_harness.bench.agent import Agent, Named
from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.journal import Journal
from agentport_harness.core.errors import UnreachableError

CALLS = 20
"""Calls whose median is taken."""
TRIES = 3
"""Measurements: the slowest without waiters is compared with the fastest with them, as other work only ever adds."""
SLACK = 0.01
"""Seconds below which no difference is told from noise."""
BUSY = 0.005
"""Seconds: an await that comes back sooner does not hold the line."""
_A_SESSION = 10
"""Awaits over one connection."""


@gateway_check(
    "GW604",
    level="SHOULD",
    needs=("gated", "allowed"),
    isolation="alone",
    timeout=300,
    why="A gateway that freezes while humans think stops all agents because of some.",
    mend="Park a wait without a thread, a database connection or polling; wake it by the decision.",
)
async def many_waiters(bench: Bench) -> AsyncIterator[Sighting]:
    """200 parked awaits leave other calls' latency within 2x.

    Compared are the medians of 20 calls of a tool that policy allows, one after another, and both with an exchange
    with the probe at the time: what makes the whole machine slower is not the gateway's. An await whose budget ends is
    made again.
    """
    gated, allowed = await bench.target("require_approval"), await bench.target("allow")
    caller = await bench.agent()
    asked = await caller.ask(gated, {"note": "many wait"})
    if (reply := await caller.call(allowed, {})).kind != "executed":
        raise NotReachedError(f"the tool that policy allows did not run: {reply.kind} ({reply.text[:200]})")
    quiet = _Quiet(bench)
    before = max([await _median(quiet.of(caller), allowed) for _ in range(TRIES)])
    floor = await bench.floor(CALLS)
    parked = []
    for number in range(bench.stand.waiters):
        if number % _A_SESSION == 0:
            waiter = quiet.of(await bench.new_agent())
        parked.append(bench.start(_parked(waiter, asked.request_id)))
    await bench.settle()
    measured = [await _median(quiet.of(caller), allowed) for _ in range(TRIES)]
    busier = max(await bench.floor(CALLS) / floor, 1.0) if floor else 1.0
    held = sum(not one.done() for one in parked)
    if held < len(parked):
        raise NotReachedError(f"only {held} of {len(parked)} awaits were held")
    bench.fact("waiters", str(held))
    bench.fact("call p50 without waiters", f"{before * 1000:.1f} ms")
    bench.fact("call p50 with waiters", f"{min(measured) * 1000:.1f} ms")
    yield sighted(
        min(measured) <= max(2 * before, before + SLACK) * busier,
        "parked awaits slow other calls down",
        expected="within 2x",
        evidence=f"p50 {before * 1000:.1f} ms without, {min(measured) * 1000:.1f} ms with {held} parked awaits",
    )


class _Quiet:
    """Agents whose calls are not in the report: there are too many."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def of(self, agent: Agent) -> Agent:
        stand = self._bench.stand
        return Agent(agent.session, Journal("many calls", stand.redactor, stand.wall), stand)


async def _median(agent: Agent, tool: Named) -> float:
    took: Sequence[float] = [(await agent.call(tool, {})).seconds for _ in range(CALLS)]
    return median(took)


async def _parked(agent: Agent, request_id: str) -> None:
    """Ends only when the gateway will not hold the line."""
    with suppress(UnreachableError):
        while (reply := await agent.wait(request_id)).kind == "still_pending" and reply.seconds > BUSY:
            pass
