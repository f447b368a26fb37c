"""A denied tool stays untouched, and the agent knows why."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON


@gateway_check(
    "GW408",
    level="MUST",
    needs=("mode", "probe"),
    why="An agent that cannot tell a policy from a human's no, or from a fault, asks again or tries another way.",
    mend="Refuse before anything else, with an outcome of its own; ask no human, and send nothing upstream.",
)
async def deny_policy(bench: Bench) -> AsyncIterator[Sighting]:
    """A denied tool never reaches the upstream, and says so distinctly.

    Called twice over MCP, with and without arguments, and over REST where it answers there. A REST answer of 404 is
    taken for a gateway that has no such API.
    """
    tool = await bench.tool(mode="deny")
    agent = await bench.agent()
    given: tuple[dict[str, JSON], ...] = ({}, {"amount": 5})
    for arguments in given:
        reply = await agent.call(tool, arguments)
        yield sighted(
            reply.kind == "denied_by_policy",
            "a call of a denied tool is not answered as denied by policy",
            expected="denied_by_policy",
        )
        yield sighted(not reply.request_id, "a human is asked about a denied tool", expected="no request")
        if reply.structured is not None:
            yield sighted(reply.is_error, "a denied call is not marked as an error", expected="isError: true")
    call: dict[str, JSON] = {"tool_name": tool.name, "args": {"amount": 5}}
    answer = await bench.http("POST", f"/api/tools/{tool.integration_id}/call", body=call)
    if answer.status not in (404, 405):
        yield sighted(
            answer.status == 403 and '"denied"' in answer.text,
            "over REST a denied tool is not answered as denied",
            expected='403 with "error": "denied"',
        )
    if bench.can("requests"):
        found = await bench.adapter.requests(integration_id=tool.integration_id)
        yield sighted(not found, "a denied call leaves an approval request", expected="none", evidence=str(found)[:300])
    yield sighted(not tool.received, "a call of a denied tool reached the upstream", expected="no call upstream")
