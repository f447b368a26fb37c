"""An approval is for a place too: where the call goes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.stand import Target

CHANGES = ("re-pointed", "re-installed", "swapped")


@gateway_check(
    "GW411",
    level="MUST",
    needs=("decide", "probe", "repoint"),
    timeout=250,
    why="An agent may install integrations: a swap between approval and run sends the approved call to anybody.",
    mend="Keep a fingerprint of address, definition and installation with the request; void it where that changed.",
)
async def target_bound(bench: Bench) -> AsyncIterator[Sighting]:
    """An approval binds where the call goes.

    Re-pointing, re-installing or swapping the integration after the human saw it voids the approval: awaiting does
    not run the call, neither here nor there, and the identical call is gated anew.
    """
    agent = await bench.agent()
    for change in CHANGES:
        tool, elsewhere = await bench.tool(), await bench.tool()
        arguments = {"change": change}
        request_id = await bench.approved(agent, tool, arguments)
        moved = await _changed(bench, change, tool, elsewhere)
        reply = await agent.wait(request_id, budget=1)
        yield sighted(
            reply.kind != "executed" and not tool.received and not elsewhere.received,
            f"the approval of a call runs after its integration was {change}",
            expected="the approval is void",
        )
        reply = await agent.call(moved, arguments)
        if reply.kind in ("upstream_failed", "invalid_arguments", "failed"):
            raise NotReachedError(f"the integration that was {change} cannot be called: {reply.text[:200]}")
        yield sighted(
            reply.kind == "approval_required" and reply.request_id != request_id and not elsewhere.received,
            f"the identical call is not gated anew after its integration was {change}",
            expected="a new request",
        )


async def _changed(bench: Bench, change: str, tool: ProbeTarget, elsewhere: ProbeTarget) -> Target:
    """The tool where it is after the change."""
    if change == "re-pointed":
        await bench.adapter.repoint(tool.integration_id, elsewhere.url)
        return Target(integration_id=tool.integration_id, name=tool.name)
    await bench.adapter.uninstall(tool.integration_id)
    url = tool.url if change == "re-installed" else elsewhere.url
    integration_id = await bench.adapter.install(tool.key, url)
    if integration_id != tool.integration_id:
        bench.undo(f"the integration {integration_id}", lambda: bench.adapter.uninstall(integration_id))
    return Target(integration_id=integration_id, name=tool.name)
