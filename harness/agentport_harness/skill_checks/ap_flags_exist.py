"""Commands of `ap` that a skill names are real."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check
from agentport_harness.skill_bundle.examples import ApExample, examples_of
from agentport_harness.skill_bundle.prose import spans
from agentport_harness.surfaces.ap_flags import AP_FLAGS, read_ap_use

_FLAG = re.compile(r"^-{1,2}[a-z][a-z-]*(?=$|[ =])")


@skill_check(
    "SK404",
    level="MUST",
    why="A flag that `ap` does not have ends the command with an error before anything was asked.",
    mend="Write the command as `ap --help` shows it.",
)
def ap_flags_exist(material: Material) -> Iterator[Sight]:
    """Every `ap` command and flag that a skill names is one that `ap` has.

    Fenced commands are read whole; a code span may be the beginning of a command, or a flag alone. A flag of another
    program goes under `elsewhere` in traceability.yaml.
    """
    elsewhere = material.traceability.elsewhere if material.traceability else {}
    for skill in material.bundle.skills:
        for text in skill.texts:
            uses = [(one.line, one.words) for one in examples_of(text) if isinstance(one, ApExample) and not one.fault]
            uses += [(one.line, words) for one in spans(text.text) if (words := _words(one.text))]
            told = [(line, fault) for line, words in uses for fault in read_ap_use(words).faults]
            flags = [(one.line, found[0]) for one in spans(text.text) if (found := _FLAG.match(one.text))]
            told += [
                (line, f"{flag} is no flag of ap")
                for line, flag in flags
                if flag not in AP_FLAGS and flag not in elsewhere
            ]
            for line, message in told:
                yield Fault(path=text.shown, line=line, message=message, expected="a command and flags that `ap` has")
            if (uses or flags) and not told:
                yield Sound()


def _words(span: str) -> tuple[str, ...]:
    """The words after ``ap`` of a code span that is a command."""
    if not span.startswith("ap "):
        return ()
    try:
        return tuple(shlex.split(span)[1:])
    except ValueError:
        return tuple(span.split()[1:])
