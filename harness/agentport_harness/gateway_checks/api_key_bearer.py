"""The credential where many clients can only put a bearer token."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.http import answered


@gateway_check(
    "GW103",
    level="MUST",
    why="Several clients can send a bearer token and no other header: their users hold a good key that is refused.",
    mend="Look for an API key in Authorization: Bearer too, whatever the scheme's letter case.",
)
async def api_key_bearer(bench: Bench) -> AsyncIterator[Sighting]:
    """`Authorization: Bearer <api key>` is accepted.

    Not testable on an endpoint that takes strangers as well.
    """
    for revision in await bench.guarded():
        for scheme in ("Bearer", "bearer"):
            auth = {"Authorization": f"{scheme} {bench.stand.first.api_key}"}
            yield sighted(
                answered(await bench.hello(revision, auth=auth)),
                f"the key after {scheme} is not accepted on {revision}",
                expected="status 200 and a JSON-RPC result",
            )
