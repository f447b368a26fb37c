"""The block above the body can be read."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK103",
    level="MUST",
    why="The installer skips a skill whose front matter it cannot parse, and goes on as if nothing had happened.",
    mend="Close the block with ---, and put values that hold a colon in quotation marks.",
)
def front_matter(material: Material) -> Iterator[Sight]:
    """SKILL.md starts with front matter that is YAML, closed, and free of repeated fields."""
    for skill in material.bundle.skills:
        if skill.front_fault is not None:
            fault = skill.front_fault
            yield Fault(path=skill.skill_file, line=fault.line, message=fault.message, expected=fault.expected)
        elif skill.front is not None:
            yield Sound()
