"""A description is one plain line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check

_ODD = re.compile(r"[<>\n\t]|\s#|[\x00-\x1f\x7f]|:(?=\s|$)")


@skill_check(
    "SK205",
    level="SHOULD",
    why="Clients put it into a prompt as it is: tags and line breaks look like something else there, and lenient "
    "readers cut the text at a colon or #.",
    mend="Write it as one line of sentences, without < > # and without a colon before a space.",
)
def description_plain(material: Material) -> Iterator[Sight]:
    """A description is one line without tags, comments or colons."""
    for skill in material.bundle.skills:
        if skill.front is None or not skill.front.text("description"):
            continue
        found = _ODD.search(skill.front.text("description").strip())
        if found is None:
            yield Sound()
        else:
            yield Fault(
                path=skill.skill_file,
                line=skill.front.line("description"),
                message=f"the description holds {found[0]!r}",
                expected="one plain line",
                evidence=skill.front.text("description"),
            )
