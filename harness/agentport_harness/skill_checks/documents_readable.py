"""The files beside the skills can be read."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK601",
    level="MUST",
    why="A client that cannot read a manifest does not offer the plugin, and what is not read is not checked.",
    mend="Correct the file where the message points.",
)
def documents_readable(material: Material) -> Iterator[Sight]:
    """Plugin manifests and digests are JSON objects, and traceability.yaml keeps to its schema."""
    bundle = material.bundle
    for document in (*bundle.manifests, bundle.digests, bundle.traceability):
        if document is None:
            continue
        if document.fault is not None:
            fault = document.fault
            yield Fault(path=document.shown, line=fault.line, message=fault.message, expected=fault.expected)
        elif not isinstance(document.value, dict):
            yield Fault(path=document.shown, line=1, message="holds no object", expected="a JSON object")
        else:
            yield Sound()
