"""A request that ended says so."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted

PROMPT = 5.0
"""Seconds that count as at once."""


@gateway_check(
    "GW308",
    level="MUST",
    needs=("probe", "expiry"),
    isolation="expiry",
    why="An agent that is told to go on waiting for a dead request waits for ever, as it was taught to.",
    mend="Look at the expiry before parking, and wake parked waits when it comes.",
)
async def await_expired(bench: Bench) -> AsyncIterator[Sighting]:
    """An expired request is reported as ended, not as pending.

    One await is made after the expiry; it has to answer at once.
    """
    tool = await bench.tool()
    agent = await bench.agent()
    asked = await agent.ask(tool, {"note": "expires"})
    await bench.until_expired()
    slack = await bench.slack()
    reply = await agent.wait(asked.request_id)
    yield sighted(
        reply.kind in ("expired", "not_awaitable"),
        "an expired request is not reported as ended",
        expected="expired",
    )
    yield sighted(
        reply.kind == "client_timeout" or reply.seconds < PROMPT + slack,
        "an expired request keeps the agent waiting",
        expected="an answer at once",
        evidence=f"{reply.seconds:.1f} s",
    )
