"""The credential in the header that every client can set."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.http import REVISIONS, key_header
from agentport_harness.core.json_values import as_object

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
    if (await bench.hello("2026-07-28", auth={})).status not in _REFUSED:
        raise NotReachedError("the endpoint answers without a credential too")
    auth = key_header(bench.stand.first.api_key)
    for revision in REVISIONS:
        answer = await bench.hello(revision, auth=auth)
        yield sighted(
            answer.status == 200 and "result" in as_object(answer.body),
            f"the key in X-API-Key is not accepted on {revision}",
            expected="status 200 and a JSON-RPC result",
        )
    if (await bench.http("GET", _REST, headers={})).status in _REFUSED:
        answer = await bench.http("GET", _REST, headers=auth)
        yield sighted(answer.status == 200, "the REST API does not accept the key in X-API-Key", expected="status 200")
