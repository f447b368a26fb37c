"""Installed copies are of this version."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK702",
    level="MUST",
    why="A stale copy teaches what the gateway or the rules no longer hold.",
    mend="Update it: npx skills update -y in the project, or with -g for the one in your home.",
)
def install_current(material: Material) -> Iterator[Sight]:
    """Every installed copy is of this version."""
    for copy in material.installed:
        if "missing" in copy.states:
            continue
        if "stale" in copy.states or "unknown" in copy.states:
            yield Fault(path=copy.path, message=copy.told, expected="a copy of the version that this package carries")
        else:
            yield Sound()
