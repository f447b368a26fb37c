"""Texts are read alike by every client."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK102",
    level="MUST",
    why="A byte-order mark hides the front matter from strict readers, and other encodings lose characters.",
    mend="Save the file as UTF-8 without a byte-order mark.",
)
def text_encoding(material: Material) -> Iterator[Sight]:
    """Every Markdown file is UTF-8 without a byte-order mark."""
    for skill in material.bundle.skills:
        for text in skill.texts:
            if text.fault is None:
                yield Sound()
            else:
                yield Fault(
                    path=text.shown, line=text.fault.line, message=text.fault.message, expected=text.fault.expected
                )
