"""One question at a time for one call."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON


@gateway_check(
    "GW311",
    level="SHOULD",
    needs=("gated",),
    why="An agent that asks again after a lost answer puts one question before the human twice: both get approved.",
    mend="Keep at most one live request for a call, by a unique key in the database.",
)
async def reuse_pending(bench: Bench) -> AsyncIterator[Sighting]:
    """The identical gated call reuses the pending request.

    Also from another connection, and when both are made at the same time. Another call, and the same one after its
    request ended, are another question.
    """
    tool = await bench.target("require_approval")
    agent, other = await bench.agent(), await bench.new_agent()
    arguments: dict[str, JSON] = {"note": bench.stand.unique(), "amount": 1}
    first = await agent.ask(tool, arguments)
    for what, again in (("", agent), (" from another connection", other)):
        reply = await again.ask(tool, arguments)
        yield sighted(
            reply.request_id == first.request_id,
            f"the identical call{what} makes another request",
            expected="the pending request",
            evidence=f"{first.request_id} and {reply.request_id}",
        )
    changed = await agent.ask(tool, {**arguments, "amount": 2})
    yield sighted(
        changed.request_id != first.request_id,
        "another call reuses the pending request",
        expected="a request of its own",
    )
    for number in range(bench.rounds):
        at_once: dict[str, JSON] = {**arguments, "round": number}
        both = await bench.together(agent.ask(tool, at_once), other.ask(tool, at_once))
        yield sighted(
            both[0].request_id == both[1].request_id,
            "two identical calls at the same time make two requests",
            expected="one pending request",
            evidence=f"{both[0].request_id} and {both[1].request_id} in round {number + 1}",
        )
    if bench.can("decide"):
        await bench.decide(first.request_id, "denies")
        fresh = await agent.ask(tool, arguments)
        yield sighted(
            fresh.request_id != first.request_id,
            "the call reuses a request that was denied",
            expected="a new request",
        )
