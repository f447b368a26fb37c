"""Revoking a key stops what it asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.agent import Agent
from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.errors import UnreachableError


@gateway_check(
    "GW413",
    level="MUST",
    needs=("decide", "probe", "keys"),
    timeout=400,
    why="A key is revoked because it is in wrong hands: what those hands asked for must not run any more.",
    mend="End a key's open requests with the key, and ask in the consuming statement whether it still lives.",
)
async def revoked_means_stop(bench: Bench) -> AsyncIterator[Sighting]:
    """A key revoked while its request is pending or approved does not get the call run.

    Neither by the wait that was parked, nor by another one, nor by a repeated call, nor when another key of the
    organisation awaits the request.
    """
    colleague = await bench.agent()
    for when in ("pending", "approved"):
        tool = await bench.tool()
        key = await bench.key()
        async with bench.visiting(api_key=key.secret) as agent:
            asked = await agent.ask(tool, {"when": when})
            parked = bench.start(_tries(agent, tool, asked.request_id)) if when == "pending" else None
            await bench.settle()
            if when == "approved":
                await bench.decide(asked.request_id, "approves")
            await bench.adapter.revoke_key(key.id)
            if when == "pending":
                await bench.try_decide(asked.request_id, "approves")  # it may have ended with the key
            if parked is not None:
                await parked
            await _tries(agent, tool, asked.request_id)
        yield sighted(
            not tool.received,
            f"a key revoked while its request was {when} gets the call run",
            expected="no call upstream",
        )
        await colleague.wait(asked.request_id, budget=1)
        yield sighted(
            not tool.received,
            f"another key runs what a key asked for that was revoked while its request was {when}",
            expected="no call upstream",
        )


async def _tries(agent: Agent, tool: ProbeTarget, request_id: str) -> None:
    """What an agent does for its call; that it is cut off is right."""
    try:
        await agent.wait(request_id)
        await agent.call(tool, {"when": "revoked"})
    except UnreachableError:
        return
