"""Skills of one bundle tell an agent which of them it wants."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK206",
    level="SHOULD",
    why="An agent that sees only the descriptions cannot tell siblings apart unless one points to the other.",
    mend="Name the sibling and what it is for at the end of the description.",
)
def description_border(material: Material) -> Iterator[Sight]:
    """In a bundle of several skills, each description points to a sibling."""
    named = {skill.front.text("name") for skill in material.bundle.skills if skill.front} - {""}
    for skill in material.bundle.skills:
        if skill.front is None or not skill.front.text("description") or len(named) < 2:
            continue
        siblings = named - {skill.front.text("name")}
        if any(sibling in skill.front.text("description") for sibling in siblings):
            yield Sound()
        else:
            yield Fault(
                path=skill.skill_file,
                line=skill.front.line("description"),
                message="the description names none of its siblings",
                expected=f"one of {', '.join(sorted(siblings))}",
                evidence=skill.front.text("description"),
            )
