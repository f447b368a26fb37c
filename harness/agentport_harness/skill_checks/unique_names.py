"""Two skills of one name cannot both be installed."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK105",
    level="MUST",
    why="The installer keeps the first skill of a name and drops the others without a word.",
    mend="Give each skill a name of its own, the same as its folder's.",
)
def unique_names(material: Material) -> Iterator[Sight]:
    """No two skills of the bundle have the same name."""
    owners: dict[str, str] = {}
    named = [(skill, skill.front.text("name")) for skill in material.bundle.skills if skill.front]
    # the skill whose folder has the name owns it
    for skill, name in sorted(named, key=lambda one: one[0].folder != one[1]):
        owner = owners.setdefault(name, skill.skill_file)
        if not name or owner == skill.skill_file or skill.front is None:
            yield Sound()
        else:
            yield Fault(
                path=skill.skill_file,
                line=skill.front.line("name"),
                message=f"the name {name!r} is already that of {owner}",
                expected="a name of its own",
                evidence=name,
            )
