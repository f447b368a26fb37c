"""Print the table of `docs/performance.md`: the gateway beside the bare SDK, measured in one run.

python -m benchmarks.run [--seconds 3] [--waiters 10000] [--only calls hops waking parked rows workers start]

Each part is bounded and ends by itself; the whole takes about ten minutes, most of it the parked awaits and the rows.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import sys
from functools import partial
from typing import Any

from benchmarks.processes import floor, free_port, gateway, listening
from benchmarks.scale import bounded, full_database, parked, starting, workers
from benchmarks.table import AWAIT, call, paired, row, sign_in, speed, waking
from benchmarks.wire import Wire, measure


async def rest(ready: dict[str, Any], human: dict[str, str], path: str, body: Any) -> Any:
    """Something a human does over REST."""
    async with Wire(ready["base_url"], human) as wire:
        status, answer = await wire.post(json.dumps(body).encode(), path=path)
        if status >= 400:
            raise RuntimeError(f"{path}: HTTP {status} {answer[:200]!r}")
        return json.loads(answer)


async def calls(url: str, ready: dict[str, Any], key: dict[str, str], seconds: float) -> None:
    """Allowed and gated calls against the bare server."""
    for connections in (1, 8):
        load = {"connections": connections, "seconds": seconds / 5}
        bare, ours = await paired(
            partial(measure, url, {}, lambda _: ("act", {"x": 1}), **load),
            partial(measure, ready["mcp_url"], key, lambda _: call("lookup", order="1"), **load),
        )
        ratio = f"{ours.p50 / bare.p50:.2f}× p50 · {ours.rate / bare.rate:.0%} of the rate"
        aim = "≤ 2.2× p50" if connections == 1 else "≥ 45 %, over 1,000/s"
        row(f"allowed call, scripted upstream, {connections} at once", speed(ours), speed(bare), ratio, aim)
    # Requests that expire soon: what is measured is asking, not a pile of a hundred thousand open requests.
    numbers = itertools.count()
    async with gateway(approval_expiry_seconds=0.5) as brief:
        brief_key = {"X-API-Key": brief["api_key"]}
        load = {"connections": 8, "seconds": seconds / 5}
        bare, gated = await paired(
            partial(measure, url, {}, lambda _: ("act", {"x": 1}), **load),
            partial(measure, brief["mcp_url"], brief_key, lambda _: call("refund", order=str(next(numbers))), **load),
        )
    row("gated call (durable), 8 at once", speed(gated), speed(bare), f"{gated.rate / bare.rate:.0%}", "≥ 40 %")


async def two_hops(url: str, ready: dict[str, Any], key: dict[str, str], seconds: float) -> None:
    """An allowed call that goes on to a remote MCP server, against two bare calls through the SDK's client."""
    human = await sign_in(ready)
    await rest(ready, human, "/api/integrations/custom", {"name": "Bare", "url": url})
    await rest(ready, human, "/api/installed", {"integration_id": "bare", "auth_method": "none"})
    async with Wire(ready["mcp_url"], key) as wire:
        asked = await wire.call(*call("act", "bare"))
        request_id = asked["structuredContent"]["request_id"]
        await rest(ready, human, f"/api/tool-approvals/requests/{request_id}/allow-tool", {})
        await wire.call(AWAIT, {"request_id": request_id})
    load = {"connections": 1, "seconds": seconds / 5}
    async with relay(url) as relayed:
        bare, ours = await paired(
            partial(measure, relayed, {}, lambda _: ("act", {"x": 1}), **load),
            partial(measure, ready["mcp_url"], key, lambda _: call("act", "bare", x=1), **load),
        )
    row("allowed call, remote MCP upstream", speed(ours), speed(bare), f"{ours.p50 / bare.p50:.2f}×", "≤ 1.5×")


@contextlib.asynccontextmanager
async def relay(url: str) -> Any:
    """Two bare hops: a bare server whose tool calls another through the SDK's client."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.relay", str(port), url)
    try:
        await listening(port)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        await process.wait()


PARTS = ("calls", "hops", "waking", "parked", "rows", "workers", "start")


async def main() -> None:
    """Measure what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each rate is measured")
    parser.add_argument("--waiters", type=int, default=10_000, help="how many awaits are parked at once")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="the parts to measure")
    given = parser.parse_args()
    sys.stdout.write("| measure | gateway | bare SDK | ratio | aim |\n|---|---|---|---|---|\n")
    wanted = set(given.only)
    if wanted & {"calls", "hops", "waking"}:
        async with floor("json") as (url, _), gateway(poll_budget_seconds=300.0, approval_expiry_seconds=3600) as ready:
            key = {"X-API-Key": ready["api_key"]}
            if "calls" in wanted:
                async with bounded(300, "calls"):
                    await calls(url, ready, key, given.seconds)
            if "hops" in wanted:
                async with bounded(120, "remote upstream"):
                    await two_hops(url, ready, key, given.seconds)
            if "waking" in wanted:
                async with bounded(60, "waking"):
                    await waking(ready, key, 100)
    for name, part, most in (
        ("parked", partial(parked, given.waiters), 900),
        ("rows", partial(full_database, given.seconds), 300),
        ("workers", partial(workers, given.seconds), 180),
        ("start", starting, 120),
    ):
        if name in wanted:
            async with bounded(most, name):
                await part()


if __name__ == "__main__":
    asyncio.run(main())
