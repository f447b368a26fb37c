"""What was approved is this call, and no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON

APPROVED: Mapping[str, JSON] = {
    "amount": 5,
    "to": "José",
    "notify": True,
    "lines": [{"sku": "a", "count": 1}, {"sku": "b", "count": 2}],
}
CHANGES: Mapping[str, Mapping[str, JSON]] = {
    "another amount": {"amount": 6},
    "a number written as text": {"amount": "5"},
    "another case of a letter": {"to": "josé"},
    "another spelling of the same letter": {"to": "Jose\u0301"},
    "a space at the end": {"to": "José "},
    "1 in place of true": {"notify": 1},
    "another order of a list": {"lines": [{"sku": "b", "count": 2}, {"sku": "a", "count": 1}]},
    "another value deep inside": {"lines": [{"sku": "a", "count": 1}, {"sku": "b", "count": 3}]},
    "one more argument": {"currency": "EUR"},
    "one more argument that is null": {"currency": None},
}
"""What is called instead of what was approved: each says what is different about it."""


@gateway_check(
    "GW401",
    level="MUST",
    needs=("decide", "probe"),
    why="Whoever can change the arguments after the approval has the human's signature on a blank sheet.",
    mend="Identify a call by the canonical form (RFC 8785) of its arguments; compare strings by code points.",
)
async def exact_arguments(bench: Bench) -> AsyncIterator[Sighting]:
    """After approval, any changed argument is gated anew; key order is not a change.

    The approval is not used meanwhile: the call that was approved runs in the end, with its keys in another order.
    """
    tool = await bench.tool()
    agent = await bench.agent()
    request_id = await bench.approved(agent, tool, dict(APPROVED))
    without = {name: value for name, value in APPROVED.items() if name != "notify"}
    calls = {what: {**APPROVED, **change} for what, change in CHANGES.items()} | {"an argument left out": without}
    for what, arguments in calls.items():
        before = len(tool.received)
        reply = await agent.call(tool, arguments)
        yield sighted(
            reply.kind == "approval_required" and reply.request_id != request_id and len(tool.received) == before,
            f"approved for one call, and used for another: {what}",
            expected="a new request, and no call upstream",
        )
    turned = {name: APPROVED[name] for name in reversed(list(APPROVED))}
    turned["lines"] = [{"count": 1, "sku": "a"}, {"count": 2, "sku": "b"}]
    reply = await agent.call(tool, turned)
    yield sighted(
        reply.kind == "executed" or reply.request_id == request_id,
        "another order of the keys is taken for another call",
        expected="the approved call runs",
    )
