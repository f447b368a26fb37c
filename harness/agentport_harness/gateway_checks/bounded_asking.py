"""One agent that asks and asks does not bury its human."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from agentport_harness.bench.agent import Agent
from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.journal import Journal
from agentport_harness.core.errors import UnreachableError
from agentport_harness.transports.adapter import Key

MOST = 1_000
"""Distinct requests that one key makes at most."""
HANDS = 8
STALL = 5.0
"""Seconds that another client's request may take afterwards."""


@gateway_check(
    "GW608",
    level="SHOULD",
    needs=("decide", "probe"),
    isolation="alone",
    timeout=240,
    why="A loop in one agent fills the list of requests that humans read, and the disk of all tenants.",
    mend="Count a key's pending requests in the statement that adds one; refuse the call in words beyond a limit.",
)
async def bounded_asking(bench: Bench) -> AsyncIterator[Sighting]:
    """One key cannot pile up unbounded pending requests, sessions or argument sizes.

    1,000 distinct pending requests from one key are answered with a clear refusal before the end, and others go on
    undisturbed: another key of the organisation where one can be made, and the second organisation where there is one.
    """
    tool = await bench.tool()
    own = await bench.key() if bench.can("keys") else None
    watched = await bench.agent(api_key=own.secret if own else "")
    # a thousand exchanges would be the whole report
    piling = Agent(watched.session, Journal("piling up", bench.stand.redactor, bench.stand.wall), bench.stand)
    asked: list[str] = []
    refused: list[str] = []

    async def ask(first: int) -> None:
        for number in range(first, MOST, HANDS):
            if refused:
                return
            said, request_id = await _asked(piling, tool, number)
            if request_id:
                asked.append(request_id)
            else:
                refused.append(said)

    await bench.together(*(ask(hand) for hand in range(HANDS)))
    seen = [await _other(bench, who, key, at) for who, key, at in await _others(bench, tool, own)] if asked else []
    await bench.together(*(_denied(bench, asked[hand::HANDS]) for hand in range(HANDS)))
    if not asked:
        raise NotReachedError(f"no approval was asked for ({refused[0][:200]})")
    bench.fact("pending requests", str(len(asked)))
    yield sighted(
        bool(refused),
        "one key can pile up pending requests without end",
        expected=f"a refusal before the {MOST:,}th",
        evidence=f"{len(asked):,} pending requests",
    )
    yield sighted(all(said.strip() for said in refused), "the refusal says nothing", expected="words for the agent")
    for sighting in seen:
        yield sighting


async def _asked(agent: Agent, tool: ProbeTarget, number: int) -> tuple[str, str]:
    """What was said, and the request's id where one was made."""
    try:
        reply = await agent.call(tool, {"number": number}, info="piling up")
    except UnreachableError as error:  # an HTTP status is a refusal as well
        return error.message, ""
    return reply.text, reply.request_id if reply.kind == "approval_required" else ""


async def _others(bench: Bench, tool: ProbeTarget, own: Key | None) -> list[tuple[str, str, ProbeTarget]]:
    found = [("another key", bench.stand.first.api_key, tool)] if own else []
    second = bench.stand.second
    if second is not None and second.adapter is not None:
        found.append(("another organisation", second.api_key, await bench.tool(adapter=second.adapter)))
    return found


async def _other(bench: Bench, who: str, key: str, tool: ProbeTarget) -> Sighting:
    agent = await bench.agent(api_key=key)
    slack = await bench.slack()
    reply = await agent.call(tool, {"note": f"of {who}"})
    return sighted(
        reply.kind == "approval_required" and reply.seconds <= STALL + slack,
        f"{who} cannot ask any more, or waits for it",
        expected="approval required, at once",
    )


async def _denied(bench: Bench, request_ids: Sequence[str]) -> None:
    for request_id in request_ids:
        await bench.adapter.try_decide(request_id, "denies")
