"""A skill is made of ordinary files."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.skill_bundle.check import Fault, Material, Sight, Sound, skill_check


@skill_check(
    "SK106",
    level="MUST",
    why="Installers skip links or copy what they point to, which may be anything on the machine.",
    mend="Put the file itself there.",
)
def ordinary_files(material: Material) -> Iterator[Sight]:
    """A skill holds files and folders only: no symbolic links, devices or pipes."""
    for skill in material.bundle.skills:
        for entry in skill.entries:
            if entry.kind == "file":
                yield Sound()
            else:
                what = f"is a symbolic link to {entry.target}" if entry.kind == "link" else "is no regular file"
                yield Fault(path=entry.shown, message=what, expected="a regular file")
