"""Links of a skill's text to files, resolved against the skill's folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from agentport_harness.skill_bundle.bundle import TextFile
from agentport_harness.skill_bundle.prose import links


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """One link: its target as written, its line, and the path inside the skill, None where it leads out."""

    target: str
    line: int
    inside: str | None


def linked(text: TextFile) -> Iterator[FileLink]:
    """The links of one file. Paths count from the file's folder; from the skill's where they name a bundled folder."""
    for link in links(text.text):
        target = unquote(link.text)
        bundled = target.removeprefix("./").startswith(("references/", "scripts/", "assets/"))
        base = "" if bundled else posixpath.dirname(text.path)
        path = posixpath.normpath(posixpath.join(base, target))
        outside = path.startswith(("../", "/", "~")) or path == ".." or "\\" in target or "\0" in target
        yield FileLink(target=link.text, line=link.line, inside=None if outside else path)
