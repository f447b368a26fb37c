"""The await itself brings the result."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted


@gateway_check(
    "GW304",
    level="MUST",
    needs=("decide", "probe"),
    why="An agent that has to repeat the call after the wait may repeat it differently, or twice.",
    mend="Run the approved call when its await sees the approval, and return the upstream's own result.",
)
async def await_runs(bench: Bench) -> AsyncIterator[Sighting]:
    """A parked await returns the real upstream result after approve-once, without a retry."""
    word = f"ran {bench.stand.unique()}"
    tool = await bench.tool(result={"content": [{"type": "text", "text": word}]})
    agent = await bench.agent()
    asked = await agent.ask(tool, {"amount": 5})
    parked = bench.start(agent.result(asked.request_id))
    await bench.settle()
    await bench.decide(asked.request_id, "approves")
    reply = await parked
    yield sighted(
        reply.kind == "executed" and word in reply.text,
        "the parked await does not return the upstream's result",
        expected=f"the upstream's own words: {word}",
    )
    yield sighted(
        tool.arguments == [{"amount": 5}],
        "the upstream was not called once with the approved arguments",
        expected='one call with {"amount": 5}',
        evidence=str(tool.arguments),
    )
