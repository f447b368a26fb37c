"""Strangers are sent to where credentials come from, and learn nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.http import bearer, key_header


@gateway_check(
    "GW104",
    level="MUST",
    why="A client that is not told where to sign in cannot; one that gets anything else leaks a tenant to strangers.",
    mend="Answer 401 with a WWW-Authenticate header whose resource_metadata is the URL of the resource metadata.",
)
async def unauthenticated(bench: Bench) -> AsyncIterator[Sighting]:
    """None, malformed, revoked: 401 with `WWW-Authenticate` naming the resource metadata; nothing about the tenant.

    On each revision that is spoken. The revoked key is tried where the adapter can make and revoke keys.
    """
    credentials = {
        "no credential": {},
        "an empty key": key_header(""),
        "a malformed key": key_header("not a key"),
        "a key that does not exist": key_header("ap_" + "x" * 43),
        "a bearer token that does not exist": bearer("ap_" + "x" * 43),
    }
    if bench.can("keys"):
        key = await bench.key()
        await bench.adapter.revoke_key(key.id)
        credentials["a revoked key"] = key_header(key.secret)
    for revision in await bench.spoken(bench.stand.credential):
        for what, headers in credentials.items():
            answer = await bench.hello(revision, auth=headers)
            yield sighted(answer.status == 401, f"{what} on {revision} is not answered with 401", expected="401")
            challenge = answer.headers.get("www-authenticate", "")
            yield sighted(
                "resource_metadata=" in challenge,
                f"{what} on {revision}: no challenge that names the resource metadata",
                expected="WWW-Authenticate: Bearer resource_metadata=…",
                evidence=f"WWW-Authenticate: {challenge}",
            )
            told = [tool.name for tool in bench.stand.given.values() if tool.name in answer.text]
            yield sighted(
                not told, f"{what} on {revision}: the body tells of the tenant", expected="nothing about the tenant"
            )
