"""Settings of the gateway's entry are ones that the client knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from agentport_harness.core.inspection import Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.edits import Rename
from agentport_harness.setups.faults import fault_at, ill
from agentport_harness.setups.setup import Entry, Setup

_CARRY_KEYS = ("headers", "header", "http_headers", "env_http_headers", "env_headers", "requestInit", "bearer_token")


@setup_check(
    "DR105",
    level="SHOULD",
    why="A setting that the client does not know has no effect, and most clients do not say so.",
    mend="Use the name that this client knows.",
)
def settings_known(setup: Setup) -> Iterator[Sight]:
    """Every setting of the entry is one that this version of the client knows.

    Settings that should carry the key are DR204, addresses are DR201.
    """
    for entry in setup.entries:
        unknown = [name for name in entry.table if name not in setup.client.fields and name not in _CARRY_KEYS]
        for name in unknown:
            if setup.client.renamed.get(name) not in setup.client.url_fields:
                yield _fault(setup, entry, name)
        if not unknown:
            yield Sound()


def _fault(setup: Setup, entry: Entry, name: str) -> Sight:
    part = entry.part(name)
    near = difflib.get_close_matches(name[:40], sorted(setup.client.fields), n=1, cutoff=0.75)
    right = setup.client.renamed.get(name) or (near[0] if near else "")
    fault = fault_at(
        part, (name,), f"{setup.client.title} does not know the setting {name!r}, so it has no effect",
        expected=right or "no such setting", evidence=name,
    )  # fmt: skip
    if not right or right in entry.table or _means_otherwise(name, right):
        return fault
    return ill(fault, part, Rename(key=(*part.key, name), name=right))


def _means_otherwise(name: str, right: str) -> bool:
    """Whether the other client's setting says something else than the name alone."""
    return name == "disabled" or (right == "timeout" and name.endswith("sec"))
