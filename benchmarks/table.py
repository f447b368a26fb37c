"""What every part of the table shares: calls, signing in, measuring in turns, and writing a row."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
import urllib.parse
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.wire import Measured, Wire, summary

CALL = "agentport__call_tool"
AWAIT = "agentport__await_approval"

Measuring = Callable[[], Awaitable[Measured]]


def call(tool: str, integration: str = "demo", **arguments: Any) -> tuple[str, dict[str, Any]]:
    """A call through the gateway."""
    return CALL, {"integration_id": integration, "tool_name": tool, "arguments": arguments}


async def sign_in(ready: dict[str, Any]) -> dict[str, str]:
    """The human's header."""
    form = urllib.parse.urlencode(
        {"username": ready["human"]["email"], "password": ready["human"]["password"]}
    ).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", urllib.parse.urlsplit(ready["base_url"]).port)
    writer.write(
        b"POST /api/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n" + f"Content-Length: {len(form)}\r\n\r\n".encode() + form
    )
    answer = await reader.read()
    writer.close()
    token = json.loads(answer.split(b"\r\n\r\n", 1)[1])["access_token"]
    return {"Authorization": f"Bearer {token}"}


def row(name: str, got: str, base: str, ratio: str, aim: str) -> None:
    """One line of the table."""
    sys.stdout.write(f"| {name} | {got} | {base} | {ratio} | {aim} |\n")
    sys.stdout.flush()


def speed(measured: Measured) -> str:
    """How a speed is written."""
    return f"{measured.p50 * 1000:.2f} ms · {measured.rate:,.0f}/s"


async def paired(bare: Measuring, ours: Measuring, rounds: int = 5) -> tuple[Measured, Measured]:
    """Both measured in turns, and of each the median round: what else the machine does then hits both alike."""
    found: dict[Measuring, list[Measured]] = {bare: [], ours: []}
    for number in range(rounds):
        for measuring in (bare, ours) if number % 2 else (ours, bare):
            found[measuring].append(await measuring())
    return _median(found[bare]), _median(found[ours])


def _median(rounds: list[Measured]) -> Measured:
    return Measured(
        p50=statistics.median(one.p50 for one in rounds),
        p95=statistics.median(one.p95 for one in rounds),
        rate=statistics.median(one.rate for one in rounds),
    )


async def waking(
    ready: dict[str, Any], key: dict[str, str], rounds: int, *, where: str = "", aim: str = "≤ 4 ms"
) -> None:
    """From the answer to approve-once until the parked await has its result."""
    human = await sign_in(ready)
    lags: list[float] = []
    async with Wire(ready["mcp_url"], key) as caller, Wire(ready["base_url"], human) as decider:
        for number in range(rounds):
            asked = await caller.call(*call("refund", order=f"wake {number}"))
            request_id = asked["structuredContent"]["request_id"]
            waiting = asyncio.create_task(timed(caller.call(AWAIT, {"request_id": request_id})))
            await asyncio.sleep(0.02)
            await decider.post(b"{}", path=f"/api/tool-approvals/requests/{request_id}/approve-once")
            decided = time.perf_counter()
            lags.append(max(0.0, await waiting - decided))
    found = summary(lags, 1)
    got = f"p50 {found.p50 * 1000:.2f} · p95 {found.p95 * 1000:.2f} ms"
    row(f"approve answered → await returns{where}", got, "", "", aim)


async def timed(work: Any) -> float:
    """When the work was done."""
    await work
    return time.perf_counter()
