"""The entry carries a credential."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put
from agentport_harness.setups.faults import fault_at, ill, key_edit, key_line
from agentport_harness.setups.sent import credentials_of
from agentport_harness.setups.setup import Setup

_HELPERS = ("http_headers_helper", "headersHelper", "oauth", "auth", "authProviderType", "bearer_token")
_BY_ITSELF = ("cursor", "vscode")


@setup_check(
    "DR205",
    level="SHOULD",
    why="Without a key, and without a sign-in, the gateway answers 401 and its tools are missing.",
    mend="Add the key, or sign in by the client.",
)
def credential_present(setup: Setup) -> Iterator[Sight]:
    """The entry has an API key, unless the client was signed in to the gateway.

    Cursor and VS Code ask for a sign-in by themselves, so their entries need no key. A key in a setting that is not
    sent is DR204.
    """
    for entry in setup.entries:
        if "command" in entry.table:
            continue
        client = setup.client
        known = credentials_of(setup, entry) or any(name in entry.table for name in _HELPERS)
        carried = any(name in entry.table for name, right in client.renamed.items() if "header" in right)
        if known or carried or setup.signed_in or client.name in _BY_ITSELF:
            yield Sound()
            continue
        part = entry.part(client.credentials.headers)
        fault = fault_at(
            part, (), "the entry has no API key, and no sign-in is recorded",
            expected=f"{key_line(setup)}, or a sign-in: {client.sign_in}",
        )  # fmt: skip
        key, value = key_edit(setup, part.key)
        yield ill(fault, part, Put(key=key[:-1], value={key[-1]: value}))
