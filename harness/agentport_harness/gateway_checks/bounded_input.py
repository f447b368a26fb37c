"""Input that no agent needs is refused before it costs anybody anything."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anyio

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.http import modern
from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON

_HUGE = 64 * 1024 * 1024
_DEPTH = 100_000
_DIGITS = 5_000
_MARK = '"the value"'
STALL = 3.0
"""Seconds that a small request may take meanwhile."""
PATIENCE = 60.0
_PAUSE = 0.1


@gateway_check(
    "GW605",
    level="MUST",
    isolation="alone",
    timeout=240,
    why="One agent in a loop, or one model that repeats a digit, must not take the gateway from all others.",
    mend="Bound the body before reading it, and depth and digits before building values; answer 413 or 400.",
)
async def bounded_input(bench: Bench) -> AsyncIterator[Sighting]:
    """A 64 MiB body, JSON nested 100,000 deep and a 5,000-digit number are refused with 4xx, and stall nobody else.

    Each is an argument of a call, on MCP and on REST where that is offered. Who looks meanwhile is another client.
    """
    if (await bench.hello("2026-07-28")).status >= 500:
        raise NotReachedError("the endpoint does not answer small requests either")
    values = {
        "a 64 MiB body": b'"' + b"x" * _HUGE + b'"',
        "JSON nested 100,000 deep": b"[" * _DEPTH + b"]" * _DEPTH,
        "a 5,000-digit number": b"7" * _DIGITS,
    }
    for surface, path, headers, template in await _surfaces(bench):
        for what, value in values.items():
            waited: list[float] = []
            slack, said = await bench.slack(), ""
            async with anyio.create_task_group() as beside:
                beside.start_soon(_look, bench, waited)
                try:
                    answer = await bench.http(
                        "POST", path, headers=headers, body=template.replace(_MARK.encode(), value), timeout=PATIENCE
                    )
                    status = answer.status
                except UnreachableError as error:
                    status, said = 0, error.message
                beside.cancel_scope.cancel()
            yield sighted(
                400 <= status < 500,
                f"{what} is not refused on {surface}",
                expected="a 4xx",
                evidence=said or f"status {status}",
            )
            yield sighted(
                max(waited, default=0.0) <= STALL + slack,
                f"{what} on {surface} stalls others",
                expected=f"answers within {STALL:.0f} s",
                evidence=f"{max(waited, default=0.0):.1f} s",
            )


async def _look(bench: Bench, waited: list[float]) -> None:
    """Ask for something small, over and over; the wait for a turn counts as well."""
    while True:
        place = len(waited)
        began = bench.stand.clock.now()
        waited.append(0.0)
        try:
            await anyio.sleep(_PAUSE)
            await bench.http("GET", "/health", headers={}, timeout=PATIENCE)
        finally:
            waited[place] = bench.stand.clock.now() - began - _PAUSE


async def _surfaces(bench: Bench) -> list[tuple[str, str, dict[str, str], bytes]]:
    """Where a call can be made: its name, its path, the headers, and a body with a mark in it."""
    arguments: dict[str, JSON] = {"integration_id": "none", "tool_name": "none", "arguments": {"value": "the value"}}
    message, headers = modern("tools/call", {"name": "agentport__call_tool", "arguments": arguments})
    mcp = ("MCP", bench.stand.mcp_url, {**bench.stand.credential, **headers}, json.dumps(message).encode())
    told = {"tool_name": "none", "args": {"value": "the value"}}
    path = "/api/tools/none/call"
    typed = {**bench.stand.credential, "Content-Type": "application/json"}
    rest = ("REST", path, typed, json.dumps(told).encode())
    offered = (await bench.http("GET", "/api/installed")).status == 200
    return [mcp, rest] if offered else [mcp]
