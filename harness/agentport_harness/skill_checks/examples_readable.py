"""Examples can be read by a machine."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.examples import examples


@skill_check(
    "SK405",
    level="MUST",
    why="Agents copy examples as they stand, faults included.",
    mend="Make the block valid JSON, or a command that a shell can read.",
)
def examples_readable(material: Material) -> Iterator[Sight]:
    """Every fenced call is a JSON object, and every fenced `ap` command one that a shell can read.

    A fenced call has the tool's name after its language: ```json agentport__call_tool.
    """
    for example in examples(material.bundle):
        if example.fault:
            yield Fault(
                path=example.shown, line=example.line, message=example.fault, expected="an example that can be copied"
            )
        else:
            yield Sound()
