"""One approval, one run, however many hands reach for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON

HANDS = 20
"""Awaits and retries at the same time, half of each."""
THROUGH = 10.0
"""Seconds for the approved call to come back."""


@gateway_check(
    "GW402",
    level="MUST",
    needs=("decide", "probe"),
    timeout=180,
    why="A refund that runs twice is paid twice: the human approved one.",
    mend="Consume the approval atomically (one row changes) before the upstream is called.",
)
async def at_most_once(bench: Bench) -> AsyncIterator[Sighting]:
    """N concurrent awaits and retries on one approval reach the upstream once (N ≥ 20, repeated).

    A retry that comes after the approval was used asks anew; what it asks for is another approval.
    """
    tool = await bench.tool(delay=0.02)
    agents = [await bench.new_agent() for _ in range(4)]
    for number in range(bench.rounds):
        arguments: dict[str, JSON] = {"round": number}
        request_id = await bench.approved(agents[0], tool, arguments)
        hands = [agents[hand % len(agents)] for hand in range(HANDS)]
        await bench.together(
            *(agent.wait(request_id) if hand % 2 else agent.call(tool, arguments) for hand, agent in enumerate(hands))
        )
        await agents[0].fate(request_id, within=THROUGH)  # they may all have left before the call was through
    await bench.settle()
    for number in range(bench.rounds):
        ran = tool.arguments.count({"round": number})
        yield sighted(
            ran == 1,
            f"{HANDS} hands on one approval did not run it once",
            expected="one call upstream",
            evidence=f"{ran} calls upstream in round {number + 1}",
        )
