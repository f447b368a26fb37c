"""An upstream may have a parameter of that name."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON

_SCHEMA: dict[str, JSON] = {
    "type": "object",
    "properties": {"note": {"type": "string"}, "additional_info": {"type": "string"}},
    "required": ["note", "additional_info"],
}


@gateway_check(
    "GW503",
    level="SHOULD",
    needs=("decide", "probe"),
    why="An upstream whose own parameter is taken away fails, or does something else than the human approved.",
    mend="Take only the top-level additional_info of call_tool; leave what is inside arguments as it is.",
)
async def info_own_parameter(bench: Bench) -> AsyncIterator[Sighting]:
    """An upstream parameter that happens to be named `additional_info` is forwarded.

    It is required by the upstream, and another than the words for the human, which stay behind.
    """
    word = f"its own {bench.stand.unique()}"
    sent: dict[str, JSON] = {"note": "both", "additional_info": word}
    tool = await bench.tool(input_schema=_SCHEMA)
    agent = await bench.agent()
    request_id = await bench.approved(agent, tool, sent, info="for the human")
    reply = await agent.result(request_id)
    if not tool.received:
        raise NotReachedError(f"the approved call did not reach the upstream: {reply.kind} ({reply.text[:200]})")
    yield sighted(
        tool.arguments == [sent],
        "an upstream's own parameter named additional_info does not arrive",
        expected="the arguments as they were given",
        evidence=str(tool.arguments),
    )
