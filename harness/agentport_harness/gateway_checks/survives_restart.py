"""What a human decided outlives the process that heard it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import anyio

from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import NotReachedError, Sighting, Unseen, gateway_check, sighted

ARRIVAL = 30.0
"""Seconds for an approved call to reach the upstream."""
THROUGH = 10.0
"""Seconds for one to come back."""
LOOKS = 10
"""Awaits until the fate of a call that was cut off has to be known."""
PAUSE = 6.0
"""Seconds between them."""
_SETTLED = ("executed", "consumed", "outcome_unknown", "not_awaitable", "upstream_failed", "failed")


@gateway_check(
    "GW602",
    level="MUST",
    needs=("decide", "probe", "restart"),
    isolation="alone",
    timeout=240,
    why="Machines die in the middle of things: an approval that is lost annoys, one that runs twice does harm.",
    mend="Commit the decision before answering it and the consumption before the call; mark a run cut off as unknown.",
)
async def survives_restart(bench: Bench) -> AsyncIterator[Sighting]:
    """After a kill: pending stays pending, approved stays usable once, consumed stays consumed.

    A call that the kill cut off is not run again by itself, and its request tells that it ran, or that it is not known.
    """
    pending, approved, used, cut = [await bench.tool() for _ in range(4)]
    release = cut.probe.hold()
    async with bench.visiting() as agent:
        waiting = (await agent.ask(pending, {"is": "pending"})).request_id
        usable = await bench.approved(agent, approved, {"is": "approved"})
        spent = await bench.approved(agent, used, {"is": "used"})
        if (reply := await agent.result(spent)).kind != "executed":
            raise NotReachedError(f"an approved call did not run: {reply.kind} ({reply.text[:200]})")
        half = await bench.approved(agent, cut, {"is": "cut off"})
    async with bench.visiting() as agent:
        parked = bench.start(agent.use("await_approval", {"request_id": half}))
        with anyio.move_on_after(ARRIVAL):
            await cut.probe.arrived.wait()
        parked.cancel()
        await asyncio.gather(parked, return_exceptions=True)
    began = bool(cut.received)
    await bench.restart()
    release.set()
    agent = await bench.agent()

    reply = await agent.wait(waiting, budget=1)
    yield sighted(reply.kind == "still_pending", "a pending request does not stay so", expected="still pending")
    if reply.kind == "still_pending":
        await bench.decide(waiting, "approves")
        await agent.result(waiting)
    yield _ran("a request that was pending", pending, expected=1)
    for what, request_id, tool in (("approved", usable, approved), ("consumed", spent, used)):
        reply = await agent.fate(request_id, within=THROUGH)
        kept = ("executed",) if what == "approved" else _SETTLED
        yield sighted(reply.kind in kept, f"an approval that was {what} is forgotten", expected=" or ".join(kept))
        await agent.wait(request_id, budget=1)
        await agent.call(tool, {"is": "approved" if what == "approved" else "used"})
        yield _ran(f"an approval that was {what}", tool, expected=1)
    if not began:
        yield Unseen(reason="no call was under way when the gateway was killed")
        return
    for _ in range(LOOKS):
        reply = await agent.wait(half)
        if reply.kind != "still_pending":
            break
        await bench.pass_time(PAUSE)  # a run may count as alive until its lease ends
    yield sighted(reply.kind in _SETTLED, "the fate of a call that was cut off is not told", expected="outcome unknown")
    yield _ran("a call that was cut off", cut, expected=1)


def _ran(what: str, tool: ProbeTarget, *, expected: int) -> Sighting:
    ran = len(tool.received)
    return sighted(
        ran == expected,
        f"{what} before the restart does not run once",
        expected=f"{expected} call upstream",
        evidence=f"{ran} calls upstream",
    )
