"""A decision is taken once, in time, and stays."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.transcript import Deed
from agentport_harness.transports.adapter import Decided

DEEDS: tuple[Deed, ...] = ("approves", "denies", "always_allows")
_SERVER_FAULT = 500


@gateway_check(
    "GW404",
    level="MUST",
    needs=("decide", "probe", "expiry"),
    isolation="expiry",
    timeout=300,
    why="Where two people decide, or one after the other, the later yes must not undo a no that was promised.",
    mend="Decide by one conditional update (still pending, not expired); answer 409 where it changes nothing, or 410.",
)
async def final_decisions(bench: Bench) -> AsyncIterator[Sighting]:
    """A second decision is refused; so is one after expiry.

    Of two decisions made at once one is taken, and where that is the denial the call does not run.
    """
    agent = await bench.agent()
    for first in DEEDS:
        for second in DEEDS:
            tool = await bench.tool()
            asked = await agent.ask(tool, {"first": first, "second": second})
            await bench.decide(asked.request_id, first)
            yield _refused(await bench.try_decide(asked.request_id, second), "a second decision")
    tool = await bench.tool()
    for number in range(bench.rounds):
        before = len(tool.received)
        arguments = {"round": number}
        asked = await agent.ask(tool, arguments)
        yes, no = await bench.together(
            bench.try_decide(asked.request_id, "approves"), bench.try_decide(asked.request_id, "denies")
        )
        yield sighted(
            yes.accepted != no.accepted,
            "of two decisions made at once not exactly one was taken",
            expected="one is taken and the other refused",
            evidence=f"approve-once was answered {yes.status or yes.text}, deny {no.status or no.text}",
        )
        await agent.wait(asked.request_id, budget=1)
        if no.accepted:
            await agent.call(tool, arguments)
            yield sighted(len(tool.received) == before, "a denied call ran after all", expected="no call upstream")
    late = [await agent.ask(tool, {"late": deed}) for deed in DEEDS]
    before = len(tool.received)
    await bench.until_expired()
    for asked, deed in zip(late, DEEDS, strict=True):
        yield _refused(await bench.try_decide(asked.request_id, deed), "a decision after the expiry")
    await bench.together(*(agent.wait(asked.request_id, budget=1) for asked in late))
    yield sighted(len(tool.received) == before, "a call ran that was approved too late", expected="no call upstream")


def _refused(decided: Decided, what: str) -> Sighting:
    return sighted(
        not decided.accepted and decided.status < _SERVER_FAULT,
        f"{what} is not refused",
        expected="409 or 410",
        evidence=f"{decided.status} {decided.text}",
    )
