"""What a skill carries, it also mentions."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.bundle import SKILL_FILE
from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.linking import linked

_UNLINKED = (SKILL_FILE, "LICENSE", "LICENSE.md", "LICENSE.txt")


@skill_check(
    "SK303",
    level="SHOULD",
    why="An agent opens only what SKILL.md names; a file deeper down is often read in part or not at all.",
    mend="Say in SKILL.md when to open it, or leave it out.",
)
def references_linked(material: Material) -> Iterator[Sight]:
    """Every Markdown file of a skill is linked from SKILL.md and lies at most one folder deep."""
    for skill in material.bundle.skills:
        if skill.body is None:
            continue
        named = {link.inside for link in linked(skill.body)}
        for text in skill.texts:
            if text.path in _UNLINKED:
                continue
            if text.path not in named:
                yield Fault(path=text.shown, message="SKILL.md does not link to it", expected="a link in SKILL.md")
            elif text.path.count("/") > 1:
                yield Fault(path=text.shown, message="lies more than one folder deep", expected="references/<name>.md")
            else:
                yield Sound()
