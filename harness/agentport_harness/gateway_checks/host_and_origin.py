"""A web page that somebody visits cannot reach the gateway through their browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.http import Revision
from agentport_harness.core.errors import UnreachableError

_FOREIGN = "attacker.example"


@gateway_check(
    "GW106",
    level="MUST",
    why="A page of a stranger can point its own name at the gateway's address and then speak to it as same-origin.",
    mend="Check Host and Origin against the gateway's own names before anything else; answer 421 or 403.",
)
async def host_and_origin(bench: Bench) -> AsyncIterator[Sighting]:
    """A foreign `Origin` or `Host` is refused (DNS rebinding).

    Foreign are also names that begin or end like the gateway's. A connection that is cut is a refusal.
    """
    own = urlsplit(bench.stand.base_url)
    port = f":{own.port}" if own.port else ""
    foreign: Mapping[str, Mapping[str, str]] = {
        "a foreign Origin": {"Origin": f"https://{_FOREIGN}"},
        "an Origin that begins like the gateway's": {"Origin": f"{own.scheme}://{own.hostname}.{_FOREIGN}{port}"},
        "an Origin that ends like the gateway's": {"Origin": f"{own.scheme}://{_FOREIGN}{port}"},
        "an opaque Origin": {"Origin": "null"},
        "a foreign Host": {"Host": f"{_FOREIGN}{port}"},
        "a Host that begins like the gateway's": {"Host": f"{own.hostname}.{_FOREIGN}{port}"},
    }
    key = bench.stand.credential
    spoken = (await bench.spoken(key))[-1]
    for what, headers in foreign.items():
        yield sighted(
            await _refused(bench, spoken, {**key, **headers}),
            f"{what} is not refused",
            expected="403 or 421, before all else",
        )


async def _refused(bench: Bench, spoken: Revision, headers: Mapping[str, str]) -> bool:
    try:
        answer = await bench.hello(spoken, auth=headers)
    except UnreachableError:
        return True
    return 400 <= answer.status < 500
