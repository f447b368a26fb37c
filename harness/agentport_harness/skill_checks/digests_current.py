"""The digests are those of the files."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.digests import digests, recorded


@skill_check(
    "SK603",
    level="MUST",
    why="By the digests an installed copy is told current, stale or edited; wrong ones call good copies bad.",
    mend="Run `agentport-conformance skills --write-digests`.",
)
def digests_current(material: Material) -> Iterator[Sight]:
    """digests.json lists the SHA-256 of every file of every skill, as it is now."""
    document = material.bundle.digests
    if document is None or document.fault is not None:
        return
    yield Sound()
    held, told = digests(material.bundle), recorded(document)
    for path in sorted(held.keys() | told.keys()):
        if held.get(path) != told.get(path):
            what = "is missing there" if path not in told else "is listed, and is missing" if path not in held else ""
            yield Fault(
                path=document.shown,
                message=f"{path} {what or 'has changed since'}",
                expected="the digest of every file as it is",
                evidence=path,
            )
