"""The agent goes on as soon as the human has decided."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted

PROMPT = 1.0
"""Seconds from the decision to the end of the await."""


@gateway_check(
    "GW305",
    level="SHOULD",
    needs=("decide", "probe"),
    isolation="alone",
    timeout=120,
    why="A human who has just approved sits and watches: every second until something happens looks like a fault.",
    mend="Wake parked awaits by the decision itself, across processes too, instead of looking again now and then.",
)
async def await_wakes(bench: Bench) -> AsyncIterator[Sighting]:
    """A parked await returns within 1 s of the decision.

    Measured from the answer to the decision; p95 is judged. The floor is an HTTP exchange with
    the probe: what this machine takes on top.
    """
    tool = await bench.tool()
    agent = await bench.agent()
    took: list[float] = []
    floor: list[float] = []
    for number in range(bench.rounds):
        asked = await agent.ask(tool, {"round": number})
        parked = bench.start(agent.result(asked.request_id))
        await bench.settle()
        await bench.decide(asked.request_id, "approves")
        decided = bench.stand.clock.now()
        await parked
        took.append(bench.stand.clock.now() - decided)
        floor += [await bench.floor(1) for _ in range(4)]
    bench.fact("wakes p50", _ms(_quantile(took, 0.5)))
    bench.fact("wakes p95", _ms(_quantile(took, 0.95)))
    bench.fact("floor p50", _ms(_quantile(floor, 0.5)))
    bench.fact("floor p95", _ms(_quantile(floor, 0.95)))
    yield sighted(
        _quantile(took, 0.95) <= PROMPT + _quantile(floor, 0.95),
        "a parked await does not wake within 1 s of the decision",
        expected="p95 within 1 s",
        evidence=f"p50 {_ms(_quantile(took, 0.5))}, p95 {_ms(_quantile(took, 0.95))} in {len(took)} rounds",
    )


def _quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that so large a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
