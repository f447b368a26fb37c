"""Tools that a skill names are there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.surfaces.names import PREFIX

_NAMED = re.compile(rf"(?<![A-Za-z0-9]){PREFIX}(?!{PREFIX})\w*")


@skill_check(
    "SK401",
    level="MUST",
    needs_gateway=True,
    why="An agent that calls a tool the gateway no longer has gets an error, and looks for a way round.",
    mend="Name the tool as `tools/list` does.",
)
def tool_names_exist(material: Material) -> Iterator[Sight]:
    """Every meta tool that a skill names is one that the gateway lists.

    The bare prefix stands for all of them.
    """
    if material.live is None:
        return
    for skill in material.bundle.skills:
        for text in skill.texts:
            for number, line in enumerate(text.text.splitlines(), 1):
                for found in _NAMED.finditer(line):
                    if found[0] == PREFIX or found[0] in material.live.tools:
                        yield Sound()
                    else:
                        yield Fault(
                            path=text.shown,
                            line=number,
                            message=f"the gateway has no tool {found[0]}",
                            expected="a tool that the gateway lists",
                            evidence=found[0],
                        )
