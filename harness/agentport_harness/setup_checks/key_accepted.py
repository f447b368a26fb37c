"""The gateway takes the key."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound, Unable
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.faults import fault_at
from agentport_harness.setups.sent import credentials_of
from agentport_harness.setups.setup import Entry, Setup


@setup_check(
    "DR401",
    level="MUST",
    why="A client that is refused leaves the gateway's tools out, most of them without a word.",
    mend="Make a new key on the Connect page and put it where this client reads it.",
)
def key_accepted(setup: Setup) -> Iterator[Sight]:
    """The gateway answers the client's own request, with the client's own credential, and not 401 or 403."""
    for entry in setup.entries:
        endpoint = setup.endpoints.get(entry.name)
        if endpoint is None:
            if entry.name in setup.untold:
                yield Unable(reason=f"{entry.name} was not asked: {setup.untold[entry.name]}")
            continue
        if endpoint.state == "fine":
            yield Sound()
        if endpoint.state != "refused":
            continue
        if not endpoint.sent and endpoint.oauth:
            yield Unable(reason="no key is configured, and a sign-in by the client cannot be tried from here")
            continue
        yield _refused(setup, entry, endpoint.status, ": ".join(filter(None, (endpoint.detail, endpoint.also))),
                       sent=endpoint.sent)  # fmt: skip


def _refused(setup: Setup, entry: Entry, status: int, detail: str, *, sent: bool) -> Fault:
    header = next(iter(credentials_of(setup, entry)), None)
    part = header.part if header else entry.parts[0]
    rest = header.key[len(part.key) :] if header else ()
    why = f"the gateway refuses the key ({status})" if sent else f"the gateway wants a key ({status}), and none is sent"
    return fault_at(
        part, rest, f"{why}{': ' + detail if detail else ''}", expected="a key that the gateway takes, as X-API-Key"
    )
