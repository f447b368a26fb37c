"""Clients that keep a list of tools learn when it is no longer true."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted

SOON = 2.0
"""Seconds within which a client is told."""


@gateway_check(
    "GW204",
    level="SHOULD",
    needs=("install", "probe"),
    why="A client that is not told goes on without a new integration's tools, or calls tools that are gone.",
    mend="Send notifications/tools/list_changed to the organisation's clients on install, connect and uninstall.",
)
async def list_changed(bench: Bench) -> AsyncIterator[Sighting]:
    """Install and uninstall push `tools/list_changed`.

    Heard on the session's own stream, or by `subscriptions/listen` on 2026-07-28.
    """
    async with bench.visiting() as agent, agent.session.listening() as changes:
        await bench.settle()  # the stream is opened beside the session
        before = changes.count
        tool = await bench.tool()
        yield sighted(
            await changes.more_than(before, within=SOON),
            "an install is not told",
            expected="notifications/tools/list_changed",
            evidence=f"{changes.count - before} notifications within {SOON:.0f} s of an install",
        )
        await bench.settle()
        before = changes.count
        await bench.adapter.uninstall(tool.integration_id)
        yield sighted(
            await changes.more_than(before, within=SOON),
            "an uninstall is not told",
            expected="notifications/tools/list_changed",
            evidence=f"{changes.count - before} notifications within {SOON:.0f} s of an uninstall",
        )
