"""No copy of a skill hides another that differs."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.inspection import Fault, Sound
from agentport_harness.setups.check import Sight, setup_check
from agentport_harness.setups.setup import Setup
from agentport_harness.skill_bundle.installed import Copy


@setup_check(
    "DR504",
    level="SHOULD",
    why="Some clients load one of two skills of the same name, others both: the agent may be taught two things.",
    mend="Remove the copies that are not current.",
)
def skills_not_shadowed(setup: Setup) -> Iterator[Sight]:
    """Where a skill is installed more than once for this client, the copies are the same."""
    for name in sorted(setup.skill_names):
        copies = [
            copy for folder in setup.skills for copy in folder.copies
            if copy.skill == name and "missing" not in copy.states
        ]  # fmt: skip
        first = copies[0] if copies else None
        for copy in copies[1:]:
            if first is not None and _of(copy) != _of(first):
                yield Fault(
                    path=copy.path, message=f"{copy.told}, and another copy differs: {first.told} at {first.path}",
                    expected="one version of the skill",
                )  # fmt: skip
            else:
                yield Sound()


def _of(copy: Copy) -> tuple[object, ...]:
    """What two copies of the same skill have in common when they are the same."""
    return copy.states, copy.version, copy.files
