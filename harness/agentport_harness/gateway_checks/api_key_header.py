"""The credential in the header that every client can set."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.http import answered, key_header

_REST = "/api/installed"
_REFUSED = (401, 403)


@gateway_check(
    "GW102",
    level="MUST",
    why="A key in a header is what every client can be configured with: without it most agents stay outside.",
    mend="Take the agent's key from X-API-Key, on MCP and on the agent's part of the REST API.",
)
async def api_key_header(bench: Bench) -> AsyncIterator[Sighting]:
    """`X-API-Key` is accepted.

    Where the REST API is offered, which is where it refuses strangers, it takes the key too. Not testable on an
    endpoint that takes strangers as well.
    """
    auth = key_header(bench.stand.first.api_key)
    for revision in await bench.guarded():
        yield sighted(
            answered(await bench.hello(revision, auth=auth)),
            f"the key in X-API-Key is not accepted on {revision}",
            expected="status 200 and a JSON-RPC result",
        )
    if (await bench.http("GET", _REST, headers={})).status in _REFUSED:
        answer = await bench.http("GET", _REST, headers=auth)
        yield sighted(answer.status == 200, "the REST API does not accept the key in X-API-Key", expected="status 200")
