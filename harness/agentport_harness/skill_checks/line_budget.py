"""A skill is short enough to be read whole."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check

LINES = 500
"""What the Agent Skills specification recommends at most; a bundle may set itself less."""


@skill_check(
    "SK201",
    level="MUST",
    why="What stands far down is read least, and a long skill pushes the task out of an agent's mind.",
    mend="Cut what an agent gets right anyway; move what is needed rarely to references/.",
)
def line_budget(material: Material) -> Iterator[Sight]:
    """SKILL.md has at most as many lines as the bundle's budget allows, 500 where it sets none.

    The budget stands in traceability.yaml under `budgets`, by skill, with `default` for the others.
    """
    for skill in material.bundle.skills:
        if skill.body is None:
            continue
        limit = material.budget(skill.folder, "lines", LINES)
        count = len(skill.body.text.splitlines())
        if count > limit:
            yield Fault(
                path=skill.skill_file,
                line=limit + 1,
                message=f"SKILL.md has {count} lines",
                expected=f"at most {limit}",
            )
        else:
            yield Sound()
