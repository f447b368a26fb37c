"""A description says in which situation the skill is to be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check

_WHEN = re.compile(r"\b(?:when|whenever|use (?:it |this |them )?(?:at|for|to|if|before|after))\b", re.IGNORECASE)


@skill_check(
    "SK204",
    level="SHOULD",
    why="An agent matches the task at hand against the situations named, and not against a title.",
    mend="Add a sentence such as “Use when …”.",
)
def description_says_when(material: Material) -> Iterator[Sight]:
    """A description says when to use the skill."""
    for skill in material.bundle.skills:
        if skill.front is None or not skill.front.text("description"):
            continue
        if _WHEN.search(skill.front.text("description")):
            yield Sound()
        else:
            yield Fault(
                path=skill.skill_file,
                line=skill.front.line("description"),
                message="the description does not say when to use the skill",
                expected="a sentence such as “Use when …”",
                evidence=skill.front.text("description"),
            )
