"""An await that nobody decides comes back before the client gives up."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted


@gateway_check(
    "GW307",
    level="MUST",
    needs=("gated",),
    why="Clients give up on a call after a minute or less: the agent then sees a fault, and never hears the decision.",
    mend="Answer still pending, with the request's id, within the budget of the strictest client: 45 s is safe.",
)
async def await_budget(bench: Bench) -> AsyncIterator[Sighting]:
    """An undecided await returns `still pending` within the client's limit, naming the id.

    The limit is that of --poll-limit, 60 s by default. No shorter wait is asked for.
    """
    limit = bench.stand.poll_limit
    agent = await bench.agent()
    asked = await agent.ask(await bench.target("require_approval"), {"note": "undecided"})
    bench.more_time(limit)
    bench.resting()
    reply = await agent.use("await_approval", {"request_id": asked.request_id}, timeout=limit)
    bench.fact("answered after", f"{reply.seconds:.1f} s")
    yield sighted(
        reply.kind != "client_timeout",
        "an undecided await is not answered within the client's limit",
        expected=f"still pending within {limit:.0f} s",
    )
    if reply.kind == "client_timeout":
        return
    yield sighted(
        reply.kind == "still_pending", "an undecided await is answered as if it were not", expected="still pending"
    )
    yield sighted(
        reply.request_id == asked.request_id,
        "still pending does not name the request",
        expected="the id to await again",
    )
    yield sighted(not reply.is_error, "still pending is marked as an error", expected="isError not set")
