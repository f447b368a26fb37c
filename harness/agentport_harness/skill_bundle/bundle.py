"""What a bundle of skills holds, read from a folder or a git revision alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON

EntryKind: TypeAlias = Literal["file", "link", "other"]
SKILL_FILE = "SKILL.md"
LARGEST = 1024 * 1024
"""Bytes of a file that are read at most; a larger one is a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a tree. ``path`` is relative with slashes, ``shown`` as in reports; ``data`` is None where it was
    too large to be read, ``target`` where a symbolic link points to.
    """

    path: str
    shown: str
    kind: EntryKind = "file"
    data: bytes | None = b""
    size: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFault:
    """Why a text could not be read as it should be; ``line`` counts from 1."""

    line: int
    message: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text of a skill, byte-order mark removed. ``path`` is relative to the skill, ``shown`` as in reports."""

    path: str
    shown: str
    text: str
    fault: TextFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The fields above a skill's body, and the line of each; ``$`` is the block itself."""

    fields: Mapping[str, JSON]
    lines: Mapping[str, int]

    def line(self, name: str) -> int:
        """The line of a field, or of the block when the field is missing."""
        return self.lines.get(f"$.{name}", 1)

    def text(self, name: str) -> str:
        """The field where it is a text, else an empty one."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One folder of the bundle. ``entries`` are all its files, ``texts`` the readable Markdown among them.

    ``front`` is None where there is none to judge; ``front_fault`` then says why, unless the file itself is at fault.
    """

    folder: str
    entries: tuple[Entry, ...]
    texts: tuple[TextFile, ...]
    front: FrontMatter | None = None
    front_fault: TextFault | None = None

    @property
    def skill_file(self) -> str:
        """The path of its SKILL.md, as in reports; of its first file where it has none."""
        return next((entry for entry in self.entries if entry.path == SKILL_FILE), self.entries[0]).shown

    @property
    def body(self) -> TextFile | None:
        """SKILL.md, None where it is missing or cannot be read."""
        return next((text for text in self.texts if text.path == SKILL_FILE), None)

    @property
    def version(self) -> str:
        """The version that its metadata states, empty when it states none."""
        metadata = self.front.fields.get("metadata") if self.front else None
        version = metadata.get("version") if isinstance(metadata, Mapping) else None
        return version if isinstance(version, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A JSON or YAML file beside the skills: its value and the lines of its parts, or what is wrong with it."""

    shown: str
    value: JSON = None
    lines: Mapping[str, int] = field(default_factory=dict)
    fault: TextFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Skills in the order of their folders, and the documents beside them: manifests, digests, traceability.

    ``alone`` says that one skill was named, and its siblings are not looked at.
    """

    name: str
    skills: tuple[Skill, ...]
    alone: bool = False
    manifests: tuple[Document, ...] = ()
    digests: Document | None = None
    traceability: Document | None = None
