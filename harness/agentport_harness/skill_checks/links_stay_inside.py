"""Links stay inside what is installed."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.linking import linked


@skill_check(
    "SK302",
    level="MUST",
    why="The installer copies the skill's folder alone, so that a path out of it leads nowhere, or to another file.",
    mend="Put the file into the skill, or link to its web address.",
)
def links_stay_inside(material: Material) -> Iterator[Sight]:
    """No link to a file leaves the skill's folder."""
    for skill in material.bundle.skills:
        for text in skill.texts:
            for link in linked(text):
                if link.inside is not None:
                    yield Sound()
                else:
                    yield Fault(
                        path=text.shown,
                        line=link.line,
                        message=f"links to {link.target}, outside the skill",
                        expected="a path inside the skill, or a web address",
                        evidence=link.target,
                    )
