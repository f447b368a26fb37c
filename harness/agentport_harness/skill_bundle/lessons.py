"""Which rules a bundle's skills leave untaught: the common ground of the checks on that, one for each level."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.verdict import Level
from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound
from agentport_harness.skill_bundle.traceability import untaught


def every_rule_taught(material: Material, level: Level) -> Iterator[Sight]:
    """A fault for every rule of that level that a skill does not teach though its surface calls for it."""
    record = material.traceability
    if record is None or not record.surfaces:
        return
    yield Sound()
    files = {skill.folder: skill.skill_file for skill in material.bundle.skills}
    for skill, rule in untaught(record, material.rules, level=level, skills=files):
        yield Fault(
            path=files[skill],
            message=f"no sentence teaches {rule} ({material.rules[rule].slug})",
            expected=f"a sentence for every {level} rule of the {record.surfaces[skill]} surface",
        )
