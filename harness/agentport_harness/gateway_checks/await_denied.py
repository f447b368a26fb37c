"""A no is a no, and is heard as one."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted


@gateway_check(
    "GW306",
    level="MUST",
    needs=("decide", "probe"),
    why="An agent that does not hear the denial goes on waiting, or tries another way to do what was refused.",
    mend="Wake the parked await with a denial of its own; answer every later await with the same.",
)
async def await_denied(bench: Bench) -> AsyncIterator[Sighting]:
    """Denial ends the await with a denial and no upstream call.

    An await that comes after the denial hears it too.
    """
    tool = await bench.tool()
    agent = await bench.agent()
    asked = await agent.ask(tool, {"amount": 5})
    parked = bench.start(agent.result(asked.request_id))
    await bench.settle()
    await bench.decide(asked.request_id, "denies")
    reply = await parked
    yield sighted(
        reply.kind == "denied_by_human", "a denial does not end the parked await as one", expected="denied_by_human"
    )
    yield sighted(reply.is_error, "a denial is not marked as an error", expected="isError true")
    later = await agent.wait(asked.request_id)
    yield sighted(
        later.kind == "denied_by_human", "an await after the denial does not hear of it", expected="denied_by_human"
    )
    await bench.settle()
    yield sighted(not tool.received, "a denied call reached the upstream", expected="no call")
