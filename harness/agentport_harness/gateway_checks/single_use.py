"""An approval is spent by the call it was given for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON

_RESULTS: Mapping[str, Mapping[str, JSON]] = {
    "that succeeded": {"content": [{"type": "text", "text": "done"}]},
    "that failed upstream": {"content": [{"type": "text", "text": "no"}], "isError": True},
}


@gateway_check(
    "GW403",
    level="MUST",
    needs=("decide", "probe"),
    timeout=120,
    why="An approval that can be used again is a standing permission that nobody gave.",
    mend="Keep a consumed approval consumed, whatever the upstream answered; answer a later await with what is kept.",
)
async def single_use(bench: Bench) -> AsyncIterator[Sighting]:
    """A consumed approval does not run again.

    It is awaited once more, its call is repeated, and repeated with another key of the organisation where there is
    one; after a call that succeeded, and after one whose result was an error.
    """
    agent = await bench.agent()
    agents = [agent]
    if bench.can("keys"):
        agents.append(await bench.new_agent(api_key=(await bench.key()).secret))
    for what, result in _RESULTS.items():
        tool = await bench.tool(result=result)
        arguments = {"amount": 5}
        request_id = await bench.approved(agent, tool, arguments)
        await agent.result(request_id)
        if len(tool.received) != 1:
            raise NotReachedError(f"the approved call reached the upstream {len(tool.received)} times")
        for one in agents:
            await one.wait(request_id, budget=1)
            yield sighted(
                len(tool.received) == 1,
                f"awaiting again runs a call {what} again",
                expected="the stored result, or that it was used",
            )
            reply = await one.call(tool, arguments)
            yield sighted(
                len(tool.received) == 1 and reply.request_id != request_id,
                f"a call {what} runs again by the approval it had",
                expected="a new request",
            )
