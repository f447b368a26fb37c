"""Always-allow means this call and the next."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted


@gateway_check(
    "GW310",
    level="MUST",
    needs=("decide", "probe"),
    why="A human who trusts a tool for good has approved the call on the screen above all: it must not get lost.",
    mend="Approve the waiting request together with the change of mode, so that its await runs it.",
)
async def allow_tool(bench: Bench) -> AsyncIterator[Sighting]:
    """Always-allow releases the waiting call, and later calls run at once."""
    word = f"ran {bench.stand.unique()}"
    tool = await bench.tool(result={"content": [{"type": "text", "text": word}]})
    agent = await bench.agent()
    asked = await agent.ask(tool, {"amount": 5})
    parked = bench.start(agent.result(asked.request_id))
    await bench.settle()
    await bench.decide(asked.request_id, "always_allows")
    reply = await parked
    yield sighted(
        reply.kind == "executed" and word in reply.text,
        "always-allow does not release the call that waits",
        expected="the upstream's result",
    )
    yield sighted(
        tool.arguments == [{"amount": 5}],
        "the waiting call did not reach the upstream once",
        expected="one call with the approved arguments",
        evidence=str(tool.arguments),
    )
    later = await agent.call(tool, {"amount": 6})
    yield sighted(
        later.kind == "executed" and tool.arguments[-1:] == [{"amount": 6}],
        "a later call of an always-allowed tool does not run at once",
        expected="the upstream's result",
    )
