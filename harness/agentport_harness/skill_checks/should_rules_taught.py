"""Every SHOULD rule is taught where it can be broken."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.traceability import untaught


@skill_check(
    "SK506",
    level="SHOULD",
    why="An agent has only the skill that its surface calls for, and breaks what nobody told it.",
    mend="Add a sentence that teaches the rule, and trace it.",
)
def should_rules_taught(material: Material) -> Iterator[Sight]:
    """Every SHOULD rule is taught by at least one sentence of each skill whose surface it applies to.

    Which skill teaches which surface stands in traceability.yaml under `surfaces`.
    """
    record = material.traceability
    if record is None or not record.surfaces:
        return
    yield Sound()
    files = {skill.folder: skill.skill_file for skill in material.bundle.skills}
    for skill, rule in untaught(record, material.rules, level="SHOULD", skills=files):
        yield Fault(
            path=files[skill],
            message=f"no sentence teaches {rule} ({material.rules[rule].slug})",
            expected=f"a sentence for every SHOULD rule of the {record.surfaces[skill]} surface",
        )
