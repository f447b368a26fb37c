"""The key goes under a header that the gateway reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Put, Rename
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.sent import Header, credentials_of
from agentport_harness.setups.setup import Setup

_BEARER = re.compile(r"(?i)bearer\s+\S")


@setup_check(
    "DR206",
    level="MUST",
    why="The gateway looks for the key in two headers only; under any other it answers 401.",
    mend="Send the key as X-API-Key.",
)
def credential_header(setup: Setup) -> Iterator[Sight]:
    """The key is sent as ``X-API-Key``, or as ``Authorization`` with the word Bearer before it."""
    for entry in setup.entries:
        credentials = credentials_of(setup, entry)
        reached = any(_is_read(header) for header in credentials)
        for header in credentials:
            if _is_read(header):
                yield Sound()
            elif not reached:
                yield _fault(header)


def _is_read(header: Header) -> bool:
    name = header.name.casefold()
    if header.how == "bearer":
        return True
    if name == "x-api-key":
        return not _BEARER.match(header.text)
    # what a variable holds is not known here, and it may hold the word too
    return name == "authorization" and (header.how == "variable" or bool(_BEARER.match(header.text)))


def _fault(header: Header) -> Sight:
    name = header.name.casefold()
    if name == "x-api-key":
        fault = fault_at(
            header.part, header.key[len(header.part.key) :], "X-API-Key takes the key alone, without the word Bearer",
            expected="the key alone",
        )  # fmt: skip
        return ill(fault, header.part, Put(key=header.key, value=header.text.split(None, 1)[1]))
    message = (
        "Authorization needs the word Bearer before the key" if name == "authorization"
        else f"the gateway does not read the header {header.name!r}"
    )  # fmt: skip
    fault = fault_at(
        header.part, header.key[len(header.part.key) :], message, expected="X-API-Key", evidence=header.name
    )
    return ill(fault, header.part, Rename(key=header.key, name="X-API-Key"))
