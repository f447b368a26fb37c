"""Nothing is taught that no rule stands behind."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.traceability import untraced


@skill_check(
    "SK501",
    level="MUST",
    why="An instruction that nobody checks is the one that goes stale, or says what nobody meant.",
    mend="Add an entry to traceability.yaml, with the rules it teaches or the reason why none judges it.",
)
def sentences_traced(material: Material) -> Iterator[Sight]:
    """Every sentence that instructs has an entry in traceability.yaml."""
    if material.traceability is None:
        return
    shown = {(skill.folder, text.path): text.shown for skill in material.bundle.skills for text in skill.texts}
    yield Sound()
    for fault in untraced(material.texts, material.traceability):
        yield Fault(
            path=shown[fault.skill, fault.file],
            line=fault.line,
            message=fault.message,
            expected="an entry in traceability.yaml",
            evidence=fault.quote,
        )
