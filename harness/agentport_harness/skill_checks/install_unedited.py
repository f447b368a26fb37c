"""Installed copies are as they were published."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK703",
    level="SHOULD",
    why="An edited copy is what your agents read, and an update replaces it without asking.",
    mend="Bring the change to the repository, or install afresh.",
)
def install_unedited(material: Material) -> Iterator[Sight]:
    """No installed copy was edited where it lies."""
    for copy in material.installed:
        if "missing" in copy.states:
            continue
        if "edited" in copy.states:
            yield Fault(
                path=copy.path,
                message=f"{copy.told}: {', '.join(copy.files)}",
                expected="the files as they were published",
            )
        else:
            yield Sound()
