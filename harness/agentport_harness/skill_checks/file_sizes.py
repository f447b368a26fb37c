"""A skill is small enough to be installed and read."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.bundle import LARGEST
from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK107",
    level="MUST",
    why="Every user gets a copy of every file, and an agent that opens a huge one has no room left for its task.",
    mend="Cut the file, or serve it from elsewhere and say where.",
)
def file_sizes(material: Material) -> Iterator[Sight]:
    """No file of a skill is larger than a mebibyte."""
    for skill in material.bundle.skills:
        for entry in skill.entries:
            if entry.kind == "file" and entry.data is None:
                yield Fault(
                    path=entry.shown,
                    message=f"is {entry.size:,} bytes long",
                    expected=f"at most {LARGEST:,} bytes",
                )
            else:
                yield Sound()
