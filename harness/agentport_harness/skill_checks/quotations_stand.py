"""What is recorded as taught is still there."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.traceability import unquoted


@skill_check(
    "SK502",
    level="MUST",
    why="A sentence that was dropped or reworded may have taken the teaching of a rule with it.",
    mend="Change the entry with the sentence, and look whether it still teaches the same rules.",
)
def quotations_stand(material: Material) -> Iterator[Sight]:
    """Every sentence that traceability.yaml quotes stands in its section, word for word, and instructs there."""
    if material.traceability is None or material.bundle.traceability is None:
        return
    yield Sound()
    for fault in unquoted(material.texts, material.traceability):
        yield Fault(
            path=material.bundle.traceability.shown,
            line=fault.entry.line if fault.entry else 0,
            message=fault.message,
            expected="the sentence, word for word",
            evidence=fault.quote,
        )
