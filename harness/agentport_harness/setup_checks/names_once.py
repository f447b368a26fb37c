"""No name stands twice where the second drops the first."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.entries import resembles
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR114",
    level="SHOULD",
    why="In JSON the last of two members of one name wins without a word: what the first one says is gone.",
    mend="Bring the two together, or give one another name.",
)
def names_once(setup: Setup) -> Iterator[Sight]:
    """In the tables around the gateway's entry and in it, no name stands twice."""
    seen: set[str] = set()
    for file in setup.files:
        if file.path in seen or file.place.holds != "servers":
            continue
        seen.add(file.path)
        doubled = [key for key in file.source.twice if key == setup.client.servers or any(map(resembles, key))]
        for key in doubled:
            yield Fault(
                path=file.path, line=file.line(key), message=f"{'.'.join(key)} stands there twice: the first has no "
                "effect", expected="the name once", evidence=key[-1],
            )  # fmt: skip
        if not doubled and file.exists:
            yield Sound()
