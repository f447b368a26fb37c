"""What counts is the policy when the call would run."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.outcomes import OutcomeKind
from agentport_harness.core.transcript import Mode

_CHANGES: tuple[tuple[Mode, Mode, OutcomeKind], ...] = (
    ("allow", "require_approval", "approval_required"),
    ("allow", "deny", "denied_by_policy"),
    ("require_approval", "deny", "denied_by_policy"),
    ("deny", "allow", "executed"),
)


@gateway_check(
    "GW407",
    level="MUST",
    needs=("decide", "mode", "probe"),
    timeout=300,
    why="Whoever sets a tool to deny in an emergency must have stopped it, also for what is on its way.",
    mend="Read the policy in the statement that consumes the approval; end a tool's open requests when it is denied.",
)
async def policy_at_execution(bench: Bench) -> AsyncIterator[Sighting]:
    """The policy in force when the call would run decides.

    Not what describe said before; and a tool set to deny while the request was pending or approved does not run.
    """
    agent = await bench.agent()
    for before, after, kind in _CHANGES:
        tool = await bench.tool(mode=before)
        await agent.use("describe_tool", {"integration_id": tool.integration_id, "tool_name": tool.name})
        await bench.set_mode(tool, after)
        reply = await agent.call(tool, {"note": "described before"})
        yield sighted(
            reply.kind == kind and bool(tool.received) == (kind == "executed"),
            f"a tool described as {before} and then set to {after} is not called under {after}",
            expected=kind,
        )
    for when in ("pending", "approved"):
        tool = await bench.tool()
        arguments = {"when": when}
        asked = await agent.ask(tool, arguments)
        parked = bench.start(agent.wait(asked.request_id)) if when == "pending" else None
        await bench.settle()
        if when == "approved":
            await bench.decide(asked.request_id, "approves")
        await bench.set_mode(tool, "deny")
        if when == "pending":
            await bench.try_decide(asked.request_id, "approves")  # it may be refused by now
        replies = [await parked] if parked else []
        replies += [await agent.wait(asked.request_id, budget=1), await agent.call(tool, arguments)]
        yield sighted(
            not tool.received and all(reply.kind != "executed" for reply in replies),
            f"a tool set to deny while the request was {when} runs",
            expected="no call upstream",
            evidence=", ".join(reply.kind for reply in replies),
        )
