"""The words for the human stay with the human."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted


@gateway_check(
    "GW501",
    level="MUST",
    needs=("decide", "mode", "probe"),
    why="What an agent writes for its human may name people and reasons that no upstream should learn.",
    mend="Take additional_info off the call before it goes anywhere; leave it out of what an approval is matched by.",
)
async def info_not_forwarded(bench: Bench) -> AsyncIterator[Sighting]:
    """`additional_info` never reaches the upstream, nor changes which request matches."""
    word = f"private {bench.stand.unique()}"
    agent = await bench.agent()
    gated, allowed = await bench.tool(), await bench.tool(mode="allow")
    await agent.call(allowed, {"note": "a"}, info=word)
    first = await agent.ask(gated, {"note": "b"}, info=word)
    again = await agent.ask(gated, {"note": "b"}, info=f"{word}, in other words")
    yield sighted(
        first.request_id == again.request_id,
        "other words make another request",
        expected="the same pending request",
        evidence=f"{first.request_id} and {again.request_id}",
    )
    await bench.decide(first.request_id, "approves")
    await agent.result(first.request_id)
    for tool in (allowed, gated):
        if not tool.received:
            continue
        leaked = any(word.encode() in one.body or "additional_info" in str(one.arguments) for one in tool.received)
        yield sighted(
            not leaked,
            "additional_info reaches the upstream",
            expected="the arguments alone",
            evidence=tool.received[-1].body.decode("utf-8", "replace"),
        )
