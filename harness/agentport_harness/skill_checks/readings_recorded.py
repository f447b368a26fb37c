"""A must that becomes a must not is noticed."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.traceability import misread


@skill_check(
    "SK503",
    level="MUST",
    why="One word turns a sentence into its opposite, and the quotation is easily changed along with it.",
    mend="Restore the sentence, or record its new level and polarity on purpose.",
)
def readings_recorded(material: Material) -> Iterator[Sight]:
    """The level and polarity recorded for a sentence are those that it has."""
    if material.traceability is None or material.bundle.traceability is None:
        return
    yield Sound()
    for fault in misread(material.traceability):
        yield Fault(
            path=material.bundle.traceability.shown,
            line=fault.entry.line if fault.entry else 0,
            message=fault.message,
            expected="level and polarity as the sentence says",
            evidence=fault.quote,
        )
