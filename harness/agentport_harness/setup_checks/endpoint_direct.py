"""The address is the endpoint, and not a way to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR402",
    level="MUST",
    why="Clients lose the key on a redirect, or the call itself.",
    mend="Write the address to which the redirect leads.",
)
def endpoint_direct(setup: Setup) -> Iterator[Sight]:
    """The address answers itself and does not redirect."""
    for entry in setup.entries:
        endpoint = setup.endpoints.get(entry.name)
        if endpoint is None or endpoint.state == "unreachable":
            continue
        if endpoint.state != "redirected":
            yield Sound()
            continue
        setting = next((name for name in setup.client.url_fields if name in entry.table), setup.client.url_fields[0])
        part = entry.part(setting)
        fault = fault_at(
            part, (setting,), f"the address redirects ({endpoint.status})",
            expected=endpoint.location or "the endpoint", evidence=endpoint.url,
        )  # fmt: skip
        safe = _same_host(endpoint.url, endpoint.location)
        yield ill(fault, part, Put(key=(*part.key, setting), value=endpoint.location)) if safe else fault


def _same_host(url: str, location: str) -> bool:
    """Whether the redirect stays at the gateway: no key is sent elsewhere on a stranger's word."""
    try:
        here, there = urlsplit(url), urlsplit(location)
        same = (here.hostname, here.port) == (there.hostname, there.port)
    except ValueError:
        return False
    return same and there.scheme in (here.scheme, "https") and there.path.endswith("/mcp")
