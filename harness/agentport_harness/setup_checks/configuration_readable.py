"""The client can read its own configuration."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR101",
    level="MUST",
    why="A client that cannot read a file starts without what it says, or not at all.",
    mend="Correct the line that is named. Nothing is changed in a file that cannot be read.",
)
def configuration_readable(setup: Setup) -> Iterator[Sight]:
    """Every configuration file of the client can be read, in the format that the client reads."""
    seen: set[str] = set()
    for file in setup.files:
        if file.path in seen or not file.exists:
            continue
        seen.add(file.path)
        flaw = file.source.flaw
        if file.unreadable:
            yield Fault(path=file.path, message=file.unreadable, expected="a file that can be read")
        elif flaw is not None:
            yield Fault(path=file.path, line=flaw.line, message=flaw.message, expected=flaw.expected)
        else:
            yield Sound()
