"""Every SHOULD rule is taught where it can be broken."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Material, Sight, skill_check
from agentport_harness.skill_bundle.lessons import every_rule_taught


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
    yield from every_rule_taught(material, "SHOULD")
