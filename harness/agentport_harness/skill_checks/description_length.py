"""A description is long enough to choose by, and short enough to be shown whole."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check

SHORTEST, LONGEST = 250, 500


@skill_check(
    "SK203",
    level="SHOULD",
    why="It is all that an agent sees before it chooses: too short does not match, too long is cut off.",
    mend="Name the situations in which the skill helps, in the user's words, in 250 to 500 characters.",
)
def description_length(material: Material) -> Iterator[Sight]:
    """A description has 250 to 500 characters."""
    for skill in material.bundle.skills:
        description = skill.front.text("description") if skill.front else ""
        # beyond 1,024 characters the specification is broken, which its own check says
        if skill.front is None or not description or len(description) > 1024:
            continue
        if SHORTEST <= len(description) <= LONGEST:
            yield Sound()
        else:
            yield Fault(
                path=skill.skill_file,
                line=skill.front.line("description"),
                message=f"the description has {len(description)} characters",
                expected=f"{SHORTEST} to {LONGEST}",
            )
