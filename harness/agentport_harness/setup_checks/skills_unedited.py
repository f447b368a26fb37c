"""The installed skills are as they were published."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.setup import Setup


@setup_check(
    "DR503",
    level="SHOULD",
    why="An edited copy is what your agents read, and an update replaces it without asking.",
    mend="Bring the change to the repository, or install afresh.",
)
def skills_unedited(setup: Setup) -> Iterator[Sight]:
    """No installed copy of the skills was edited where it lies."""
    for folder in setup.skills:
        for copy in folder.copies:
            if "missing" in copy.states:
                continue
            if "edited" in copy.states:
                message = f"{copy.told}: {', '.join(copy.files)}"
                yield Fault(path=copy.path, message=message, expected="the files as they were published")
            else:
                yield Sound()
