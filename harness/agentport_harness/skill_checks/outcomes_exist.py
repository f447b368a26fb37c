"""Tables of outcomes list what a gateway says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.prose import lines
from agentport_harness.surfaces.ap_flags import AP_WORDS
from agentport_harness.surfaces.names import PREFIX
from agentport_harness.surfaces.outcome_names import OUTCOME_NAMES

_NAME = re.compile(r"`([a-z][a-z_-]*)`")


@skill_check(
    "SK403",
    level="MUST",
    why="An agent that meets an outcome it was not told of makes one up.",
    mend="List the outcome as the gateway states it in `structuredContent.outcome`.",
)
def outcomes_exist(material: Material) -> Iterator[Sight]:
    """A table of outcomes names outcomes of the gateway only, and where it names one, it names them all.

    A table of outcomes stands under a heading with that word; the names are in its first column.
    """
    for skill in material.bundle.skills:
        for text in skill.texts:
            rows = [line for line in lines(text.text) if "outcome" in line.section and line.text.startswith("|")]
            named = [(name, line.number) for line in rows for name in _NAME.findall(line.text.split("|")[1])]
            own = [(name, number) for name, number in named if name not in AP_WORDS and not name.startswith(PREFIX)]
            for name, number in own:
                if name in OUTCOME_NAMES:
                    yield Sound()
                else:
                    yield Fault(
                        path=text.shown,
                        line=number,
                        message=f"the gateway has no outcome {name}",
                        expected=f"one of {', '.join(OUTCOME_NAMES)}",
                        evidence=name,
                    )
            if {name for name, _ in own} & set(OUTCOME_NAMES):
                for missing in OUTCOME_NAMES:
                    if missing not in {name for name, _ in own}:
                        yield Fault(
                            path=text.shown,
                            line=rows[0].number,
                            message=f"the table of outcomes leaves out {missing}",
                            expected="a row for every outcome of the gateway",
                            evidence=missing,
                        )
