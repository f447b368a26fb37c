"""What was approved and ran is told to whoever asks again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import anyio

from agentport_harness.bench.agent import Agent
from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted

BRIEF = 0.3
"""Seconds after which an impatient client gives up."""
ARRIVAL = 30.0
"""Seconds for an approved call to reach the upstream."""
_WAYS: tuple[Literal["cancels", "disconnects", "times out"], ...] = ("cancels", "disconnects", "times out")


@gateway_check(
    "GW312",
    level="MUST",
    needs=("decide", "probe"),
    timeout=180,
    why="Clients time out and networks break: a refund that ran with nobody listening is made again.",
    mend="Run approved calls to the end whoever listens, keep the result, and give it to every later await.",
)
async def result_kept(bench: Bench) -> AsyncIterator[Sighting]:
    """A client that disconnects, cancels or times out in mid-await learns the result by awaiting again.

    The upstream runs at most once. The client leaves while the human thinks, and while the upstream works. Its fate is
    an answer too where the gateway kept no result: that it is not known.
    """
    agent = await bench.agent()
    for way in _WAYS:
        for moment in ("before the decision", "while the upstream works"):
            word = f"kept {bench.stand.unique()}"
            tool = await bench.tool(result={"content": [{"type": "text", "text": word}]})
            asked = await agent.ask(tool, {"amount": 5})
            if moment == "before the decision":
                await _leave(bench, asked.request_id, way)
                await bench.decide(asked.request_id, "approves")
                await bench.settle()  # an abandoned waiter may have taken it
            else:
                await bench.decide(asked.request_id, "approves")
                release = tool.probe.hold()
                await _leave(bench, asked.request_id, way, tool)
                release.set()
                await bench.settle()  # the result comes while nobody listens
            reply = await agent.result(asked.request_id)
            yield sighted(
                (reply.kind == "executed" and word in reply.text) or reply.kind == "outcome_unknown",
                f"a client that {way} {moment} does not learn the result",
                expected="the upstream's result, by awaiting again",
            )
            yield sighted(
                len(tool.received) <= 1,
                f"a client that {way} {moment} makes the upstream run again",
                expected="one call upstream",
                evidence=f"{len(tool.received)} calls upstream",
            )


async def _leave(bench: Bench, request_id: str, way: str, tool: ProbeTarget | None = None) -> None:
    """Begin to await and go away; with a tool, when the call has reached it."""
    async with bench.visiting() as leaver:
        parked = bench.start(_awaiting(leaver, request_id, way))
        if tool is not None:
            await _arrival(tool)
        else:
            await bench.settle()
        if way == "times out":
            await parked
        if way == "cancels":
            parked.cancel()
            await asyncio.gather(parked, return_exceptions=True)
            await bench.settle()  # word of it is on the way
    parked.cancel()
    await asyncio.gather(parked, return_exceptions=True)


async def _arrival(tool: ProbeTarget) -> None:
    with anyio.move_on_after(ARRIVAL) as waiting:
        await tool.probe.arrived.wait()
    if waiting.cancelled_caught:
        raise NotReachedError("an await did not run the approved call")


async def _awaiting(agent: Agent, request_id: str, way: str) -> None:
    limit = BRIEF if way == "times out" else None
    await agent.use("await_approval", {"request_id": request_id}, timeout=limit)
