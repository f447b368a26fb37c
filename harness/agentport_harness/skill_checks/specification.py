"""The Agent Skills specification, judged by its own validator."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from agentport_harness.skill_bundle.bundle import FrontMatter, Skill
from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, Unable, skill_check

_FIELDS = ("name", "description", "compatibility")
_LINE = re.compile(r"line (\d+)")
_MISMATCH = "Directory name"


@skill_check(
    "SK104",
    level="MUST",
    why="Clients differ in what they forgive; what keeps to the specification loads in all of them.",
    mend="Change the field as the message says.",
)
def specification(material: Material) -> Iterator[Sight]:
    """The front matter keeps to the Agent Skills specification: known fields, their lengths, name and folder alike.

    Judged by skills-ref. A name that two skills share is reported once, by unique-names.
    """
    try:
        from skills_ref.errors import ParseError  # type: ignore[import-untyped]
        from skills_ref.parser import parse_frontmatter  # type: ignore[import-untyped]
        from skills_ref.validator import validate_metadata  # type: ignore[import-untyped]
    except ImportError:
        yield Unable(reason="skills-ref is not installed: pip install skills-ref")
        return
    shared = Counter(skill.front.text("name") for skill in material.bundle.skills if skill.front)
    for skill in material.bundle.skills:
        if skill.front is None or skill.body is None:
            continue
        try:
            parse_frontmatter(skill.body.text)
        except ParseError as error:
            yield _unparsed(skill, str(error))
            continue
        told = validate_metadata(dict(skill.front.fields), Path(skill.folder))
        if shared[skill.front.text("name")] > 1:
            told = [message for message in told if not message.startswith(_MISMATCH)]
        if not told:
            yield Sound()
        for message in told:
            yield Fault(
                path=skill.skill_file,
                line=_line(skill.front, message),
                message=message,
                expected="what the Agent Skills specification allows",
            )


def _unparsed(skill: Skill, message: str) -> Fault:
    found = _LINE.search(message)
    return Fault(
        path=skill.skill_file,
        line=int(found[1]) if found else 1,
        message=message.strip().splitlines()[0],
        expected="plain YAML: no flow style, no anchors, no repeated fields",
        evidence=message,
    )


def _line(front: FrontMatter, message: str) -> int:
    lowered = message.casefold()
    if "unexpected fields" in lowered:
        told = lowered.partition(":")[2].partition(".")[0].split(",")
        return min((front.line(name) for field in told if (name := _as_written(front, field.strip()))), default=1)
    return next((front.line(field) for field in _FIELDS if field in lowered), 1)


def _as_written(front: FrontMatter, lowered: str) -> str:
    return next((name for name in front.fields if name.casefold() == lowered), "")
