"""The installed skills are of this version."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR502",
    level="SHOULD",
    why="A stale skill teaches what the gateway or the rules no longer hold: an agent that stops at the approval link "
    "may have one.",
    mend="npx skills update -g -y, or without -g in a project. Skills from a local path have to be added again.",
)
def skills_current(setup: Setup) -> Iterator[Sight]:
    """Every installed copy of the skills is of the version that this package carries."""
    for folder in setup.skills:
        for copy in folder.copies:
            if "missing" in copy.states:
                continue
            if "stale" in copy.states or "unknown" in copy.states:
                yield Fault(path=copy.path, message=copy.told, expected="the current version: npx skills update -y")
            else:
                yield Sound()
