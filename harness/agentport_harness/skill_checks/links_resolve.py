"""Links lead to something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.linking import linked


@skill_check(
    "SK301",
    level="MUST",
    why="An agent that is sent to a file that is missing guesses what it said.",
    mend="Correct the path, or add the file.",
)
def links_resolve(material: Material) -> Iterator[Sight]:
    """Every link to a file names one that the skill holds."""
    for skill in material.bundle.skills:
        held = {entry.path for entry in skill.entries}
        held |= {parent.as_posix() for path in held for parent in PurePosixPath(path).parents}
        for text in skill.texts:
            for link in linked(text):
                if link.inside is None:
                    continue
                if link.inside in held:
                    yield Sound()
                else:
                    yield Fault(
                        path=text.shown,
                        line=link.line,
                        message=f"links to {link.target}, which is missing",
                        expected="a file of the skill",
                        evidence=link.target,
                    )
