"""Entries name rules that exist and agree."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.traceability import misruled


@skill_check(
    "SK504",
    level="MUST",
    why="A sentence that is softer or harder than its rule teaches agents something else than what is checked.",
    mend="Name rules of the sentence's own level, or say in a sentence of your own why none judges it.",
)
def rules_known(material: Material) -> Iterator[Sight]:
    """Each entry has rules of the sentence's level, or a reason why it is excluded."""
    if material.traceability is None or material.bundle.traceability is None:
        return
    yield Sound()
    for fault in misruled(material.traceability, material.rules):
        yield Fault(
            path=material.bundle.traceability.shown,
            line=fault.entry.line if fault.entry else 0,
            message=fault.message,
            expected="rules of the same level, or a reason",
            evidence=fault.quote,
        )
