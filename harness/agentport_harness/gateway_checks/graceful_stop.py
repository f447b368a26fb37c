"""A restart for an update is no reason to lose a human's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

from agentport_harness.bench.agent import Agent, Reply
from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.errors import UnreachableError

_WAITERS = 3


@gateway_check(
    "GW606",
    level="SHOULD",
    needs=("gated", "stop"),
    isolation="alone",
    timeout=150,
    why="An agent whose wait breaks off takes the tool for broken, and asks again or gives up.",
    mend="On an orderly shutdown wake every parked wait first, answer still pending, and close the connections then.",
)
async def graceful_stop(bench: Bench) -> AsyncIterator[Sighting]:
    """On an orderly shutdown parked waits hear "still pending", not a broken connection or a 500."""
    target = await bench.target("require_approval")
    heard: list[tuple[Reply | None, str]] = []
    with suppress(UnreachableError):  # what closing a connection to a gateway that is gone says is no news
        async with AsyncExitStack() as stack:
            parked = []
            for _ in range(_WAITERS):
                agent = await stack.enter_async_context(bench.visiting())
                asked = await agent.ask(target, {"note": f"stop {bench.stand.unique()}"})
                parked.append(bench.start(_heard(agent, asked.request_id)))
            await bench.settle()
            if any(one.done() for one in parked):
                raise NotReachedError("an await did not hold the line until the gateway was stopped")
            stopping = bench.start(bench.restart("stop"))
            heard += [await one for one in parked]
            await stopping
    for reply, said in heard:
        yield sighted(
            reply is not None and reply.kind == "still_pending",
            "a parked wait does not end as still pending",
            expected="still pending",
            evidence=f"{reply.kind}: {reply.text}" if reply else said,
        )


async def _heard(agent: Agent, request_id: str) -> tuple[Reply | None, str]:
    try:
        return await agent.wait(request_id), ""
    except UnreachableError as error:
        return None, error.message
