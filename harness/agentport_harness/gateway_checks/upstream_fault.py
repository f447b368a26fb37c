"""When the upstream fails, the agent learns it, and what became of the approval."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from agentport_harness.bench.agent import Agent, Reply
from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, Violated, gateway_check, sighted

_QUICK = ("hang_up", "garbage", "status_500", "rpc_error", "huge")
_SLOW = "never"
_SAID = {
    "hang_up": "hangs up",
    "garbage": "answers with something else",
    "status_500": "answers with status 500",
    "rpc_error": "refuses",
    "huge": "answers with 64 MiB",
    "never": "never answers",
}
MARGIN = 5.0
"""Seconds for what the gateway does around the wait."""
_FATES = ("upstream_failed", "outcome_unknown", "failed", "expired", "not_awaitable")
"""What an approval that was used, and brought no result, may be told as."""


@gateway_check(
    "GW601",
    level="MUST",
    needs=("decide", "mode", "probe"),
    timeout=240,
    why="An agent that hears nothing waits or repeats; one that is not told whether the call ran may run it twice.",
    mend="Bound time and size of every upstream call; answer with what failed, and whether the approval is spent.",
)
async def upstream_fault(bench: Bench) -> AsyncIterator[Sighting]:
    """Upstream down, slow, malformed or huge: a clear error in bounded time; the approval's fate is reported.

    Bounded is what one await may take (--poll-limit). Tried on a tool that policy allows and on one that was
    approved, whose fate a second await tells as well.
    """
    agent = await bench.agent()
    limit = bench.stand.poll_limit + MARGIN + await bench.slack()
    slow = [bench.start(tried(bench, agent, _SLOW, limit)) for tried in (_allowed, _approved)]
    quick = [tried(bench, agent, fault, limit) for tried in (_allowed, _approved) for fault in _QUICK]
    if bench.can("repoint"):
        quick.append(_down(bench, agent, limit))
    found = await bench.together(*quick)
    bench.resting()
    for sightings in [*found, *[await one for one in slow]]:
        for sighting in sightings:
            yield sighting


async def _allowed(bench: Bench, agent: Agent, fault: str, limit: float) -> list[Sighting]:
    tool = await bench.tool(mode="allow", fault=fault)
    reply = await agent.call(tool, {"fault": fault}, timeout=limit)
    if not tool.received:
        raise NotReachedError(
            f"a call that policy allows did not reach the upstream: {reply.kind} ({reply.text[:200]})"
        )
    return _clear(reply, f"an upstream that {_SAID[fault]}")


async def _approved(bench: Bench, agent: Agent, fault: str, limit: float) -> list[Sighting]:
    tool = await bench.tool(fault=fault)
    request_id = await bench.approved(agent, tool, {"fault": fault})
    what = f"an upstream that {_SAID[fault]} to an approved call"
    reply = await agent.fate(request_id, within=limit)
    if reply.kind in ("client_timeout", "still_pending"):
        return _clear(reply, what)
    if not tool.received:
        raise NotReachedError(f"an approved call did not reach the upstream: {reply.kind} ({reply.text[:200]})")
    again = await agent.wait(request_id, budget=1)
    return [
        *_clear(reply, what),
        sighted(
            again.kind in _FATES,
            f"{what}: the approval's fate is not told by a later await",
            expected="that it failed, or that its outcome is not known",
            evidence=f"{again.kind}: {again.text}",
        ),
        sighted(
            len(tool.received) == 1,
            f"{what} is called again by itself",
            expected="one call",
            evidence=f"{len(tool.received)} calls",
        ),
    ]


async def _down(bench: Bench, agent: Agent, limit: float) -> list[Sighting]:
    """Nothing listens at its address any more."""
    tool = await bench.tool(mode="allow")
    if (await agent.call(tool, {})).kind != "executed":
        return []
    site = urlsplit(tool.url)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    await bench.adapter.repoint(tool.integration_id, f"{site.scheme}://{site.hostname}:{port}{site.path}")
    reply = await agent.call(tool, {}, timeout=limit)
    return _clear(reply, "an upstream that is down") if reply.kind != "approval_required" else []


def _clear(reply: Reply, what: str) -> list[Sighting]:
    if reply.kind in ("client_timeout", "still_pending"):
        waits = f"{what} keeps the agent waiting"
        return [Violated(message=waits, expected="an error in bounded time", evidence=reply.text)]
    error = f"{reply.kind}: {reply.text}"
    return [
        sighted(reply.is_error, f"{what} does not make an error", expected="isError true", evidence=error),
        sighted(bool(reply.text.strip()), f"{what}: the error says nothing", expected="what failed", evidence=error),
    ]
