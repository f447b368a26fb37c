"""The credential where many clients can only put a bearer token."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.http import REVISIONS
from agentport_harness.core.json_values import as_object


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
    if (await bench.hello("2026-07-28", auth={})).status not in (401, 403):
        raise NotReachedError("the endpoint answers without a credential too")
    for revision in REVISIONS:
        for scheme in ("Bearer", "bearer"):
            auth = {"Authorization": f"{scheme} {bench.stand.first.api_key}"}
            answer = await bench.hello(revision, auth=auth)
            yield sighted(
                answer.status == 200 and "result" in as_object(answer.body),
                f"the key after {scheme} is not accepted on {revision}",
                expected="status 200 and a JSON-RPC result",
            )
