"""Installed copies come together."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK701",
    level="SHOULD",
    why="The skills point to each other; one that is missing leaves the agent with a pointer to nothing.",
    mend="Install all three: npx skills add yakkomajuri/agentport-skills.",
)
def install_complete(material: Material) -> Iterator[Sight]:
    """Where one of the shipped skills is installed, all of them are."""
    for copy in material.installed:
        if "missing" in copy.states:
            yield Fault(path=copy.path, message=f"{copy.skill} is not installed", expected="all three skills")
        else:
            yield Sound()
