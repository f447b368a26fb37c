"""Both forms of the endpoint answer MCP themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.http import REVISIONS, answered


@gateway_check(
    "GW101",
    level="MUST",
    why="A redirect makes clients drop the credential header, and the user sees an endpoint that refuses a good key.",
    mend="Route both forms to the MCP endpoint itself; rewrite the path instead of redirecting.",
)
async def endpoint(bench: Bench) -> AsyncIterator[Sighting]:
    """`/mcp` and `/mcp/` answer MCP without a redirect, on both the 2025-11-25 handshake and 2026-07-28."""
    for slash in ("", "/"):
        for revision in REVISIONS:
            answer = await bench.hello(revision, path=f"{bench.stand.mcp_url.rstrip('/')}{slash}")
            yield sighted(
                answered(answer),
                f"/mcp{slash} does not answer the first message of {revision}",
                expected="status 200 and a JSON-RPC result, without a redirect",
            )
