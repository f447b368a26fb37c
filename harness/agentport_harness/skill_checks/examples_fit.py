"""Examples are calls that the gateway takes."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.examples import ToolExample, examples
from agentport_harness.skill_bundle.schema_faults import schema_faults


@skill_check(
    "SK406",
    level="MUST",
    needs_gateway=True,
    why="Agents copy examples as they stand, and a call that does not fit its schema is refused.",
    mend="Bring the example in line with the tool's input schema.",
)
def examples_fit(material: Material) -> Iterator[Sight]:
    """Every fenced call validates against the input schema that the gateway lists for its tool."""
    if material.live is None:
        return
    for example in examples(material.bundle):
        if not isinstance(example, ToolExample) or example.fault:
            continue
        tool = material.live.tools.get(example.tool)
        told = schema_faults(example.arguments, tool.input_schema) if tool else ()
        for message in told:
            yield Fault(
                path=example.shown,
                line=example.line,
                message=f"{example.tool}: {message}",
                expected="arguments that the tool's input schema allows",
            )
        if not told:  # an unknown name is a finding of its own check
            yield Sound()
