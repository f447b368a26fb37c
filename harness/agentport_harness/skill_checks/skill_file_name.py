"""Clients find a skill by a file of exactly one name."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.bundle import SKILL_FILE
from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK101",
    level="MUST",
    why="Clients pass over a skill.md in lower case without a word, and the skill is never offered.",
    mend="Rename the file to SKILL.md.",
)
def skill_file_name(material: Material) -> Iterator[Sight]:
    """The file that makes a folder a skill is named SKILL.md, in capitals."""
    for skill in material.bundle.skills:
        names = {entry.path: entry for entry in skill.entries}
        wrong = next((path for path in names if path.casefold() == SKILL_FILE.casefold()), "")
        if SKILL_FILE in names:
            yield Sound()
        elif wrong:
            yield Fault(path=names[wrong].shown, message=f"is named {wrong}", expected=SKILL_FILE)
