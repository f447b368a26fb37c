"""Nothing happens while the human thinks."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted

BRIEF = 1.0
"""Seconds for which one await is asked to hold the line."""


@gateway_check(
    "GW303",
    level="MUST",
    needs=("decide", "probe"),
    timeout=150,
    why="A call that runs while the human reads about it leaves nothing to decide.",
    mend="Let the upstream hear of a gated call from one place only: after the approval was consumed.",
)
async def not_before(bench: Bench) -> AsyncIterator[Sighting]:
    """A gated call reaches the upstream only after approval.

    Looked at after the call, during an await, and after one that came back undecided.
    """
    tool = await bench.tool()
    agent = await bench.agent()
    asked = await agent.ask(tool, {"amount": 5})
    await bench.settle()
    yield sighted(not tool.received, "the call itself reached the upstream", expected="no call before approval")
    parked = bench.start(agent.wait(asked.request_id, budget=BRIEF))
    await bench.settle()
    yield sighted(not tool.received, "an await reached the upstream", expected="no call before approval")
    await bench.pass_time(2 * BRIEF)
    await bench.settle()
    yield sighted(not tool.received, "an undecided await reached the upstream", expected="no call before approval")
    seen = len(tool.received)
    await bench.decide(asked.request_id, "approves")
    reply = await parked
    if reply.kind == "still_pending":
        reply = await agent.result(asked.request_id)
    if len(tool.received) == seen == 0:
        raise NotReachedError(f"the call did not run after the approval either: {reply.kind}")
