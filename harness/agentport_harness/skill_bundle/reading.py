"""Makes a bundle of a tree of files: finds the skills, decodes texts, reads front matter and the documents beside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON
from agentport_harness.schema_check import check
from agentport_harness.skill_bundle.bundle import (
    SKILL_FILE,
    Bundle,
    Document,
    Entry,
    FrontMatter,
    Skill,
    TextFault,
    TextFile,
)
from agentport_harness.skill_bundle.front_matter import read_front_matter
from agentport_harness.skill_bundle.traceability import Traceability, traceability_of
from agentport_harness.yaml_source import read_yaml

MANIFESTS = (
    ".claude-plugin/marketplace.json",
    ".claude-plugin/plugin.json",
    ".codex-plugin/plugin.json",
    ".cursor-plugin/plugin.json",
)
HOME = "skills"
"""The folder of a repository that holds its skills."""
TRACEABILITY, DIGESTS = "traceability.yaml", "digests.json"
_BOM = "\ufeff"
_LINE = re.compile(r":(\d+)$")


def read_bundle(entries: Iterable[Entry], *, name: str) -> Bundle:
    """The bundle in a tree: ``skills/<name>/…``, the documents in ``skills/``, and the plugin manifests.

    A folder is a skill when it holds a SKILL.md, however spelt; so is a link in the place of one. Raises `InputError`
    when there is no skill.
    """
    folders: dict[str, list[Entry]] = {}
    documents: dict[str, Document] = {}
    for entry in sorted(entries, key=lambda entry: entry.path):
        if entry.path in MANIFESTS or entry.path in (f"{HOME}/{TRACEABILITY}", f"{HOME}/{DIGESTS}"):
            documents[entry.path] = _document(entry)
            continue
        home, _, inside = entry.path.partition("/")
        folder, _, path = inside.partition("/")
        if home == HOME and (path or entry.kind == "link") and not folder.startswith("."):
            folders.setdefault(folder, []).append(replace(entry, path=path))
    skills = tuple(_skill(folder, found) for folder, found in folders.items() if _is_skill(found))
    if not skills:
        raise InputError(
            "no-skills",
            f"no {SKILL_FILE} here, in a folder of it, or in {HOME}/",
            at=name,
            hint="name a repository, a folder of skills, or one skill",
        )
    return Bundle(
        name=name,
        skills=skills,
        manifests=tuple(documents[path] for path in MANIFESTS if path in documents),
        digests=documents.get(f"{HOME}/{DIGESTS}"),
        traceability=documents.get(f"{HOME}/{TRACEABILITY}"),
    )


def _is_skill(entries: Sequence[Entry]) -> bool:
    return any(not entry.path or entry.path.casefold() == SKILL_FILE.casefold() for entry in entries)


def _skill(folder: str, entries: Sequence[Entry]) -> Skill:
    texts = tuple(
        _text(entry.path, entry.data, entry.shown)
        for entry in entries
        if entry.kind == "file" and entry.data is not None and entry.path.endswith(".md")
    )
    body = next((text for text in texts if text.path == SKILL_FILE), None)
    front = read_front_matter(body.text) if body else None
    return Skill(
        folder=folder,
        entries=tuple(entries),
        texts=texts,
        front=front if isinstance(front, FrontMatter) else None,
        front_fault=front if isinstance(front, TextFault) else None,
    )


def _text(path: str, data: bytes, shown: str) -> TextFile:
    fault = None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = TextFault(
            line=data.count(b"\n", 0, error.start) + 1,
            message=f"not UTF-8: byte 0x{data[error.start]:02x}",
            expected="UTF-8 throughout",
        )
        text = data.decode("utf-8", "replace")
    if text.startswith(_BOM):
        text = text.removeprefix(_BOM)
        fault = TextFault(line=1, message="starts with a byte-order mark", expected="plain UTF-8")
    if fault is None and "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        fault = TextFault(line=line, message="holds a null byte", expected="text")
    return TextFile(path=path, shown=shown, text=text, fault=fault)


def _document(entry: Entry) -> Document:
    shown = entry.shown
    if entry.kind != "file" or entry.data is None:
        what = "is no regular file" if entry.kind != "file" else "is too large to be read"
        return Document(shown=shown, fault=TextFault(line=0, message=what, expected="a small file"))
    try:
        text = entry.data.decode("utf-8")
        if entry.path.endswith(".json"):
            return Document(shown=shown, value=json.loads(text))
        source = read_yaml(text, "")
        check(source.value, "traceability.v1", path="", lines=source.lines)
    except UnicodeDecodeError:
        return Document(shown=shown, fault=TextFault(line=1, message="not UTF-8", expected="UTF-8 throughout"))
    except json.JSONDecodeError as error:
        return Document(
            shown=shown, fault=TextFault(line=error.lineno, message=f"not JSON: {error.msg}", expected="JSON")
        )
    except RecursionError:
        return Document(shown=shown, fault=TextFault(line=1, message="nested too deep", expected="JSON"))
    except InputError as error:
        found = _LINE.search(error.at)
        fault = TextFault(line=int(found[1]) if found else 1, message=error.message, expected="what the schema asks")
        return Document(shown=shown, fault=fault)
    return Document(shown=shown, value=source.value, lines=source.lines)


def traceability_record(bundle: Bundle) -> Traceability | None:
    """What the bundle records of its teaching, None where it records nothing or cannot be read.

    Of a skill that stands alone, only its own part.
    """
    document = bundle.traceability
    if document is None or document.fault is not None or not isinstance(document.value, Mapping):
        return None
    record = traceability_of(document.value, document.lines)
    if not bundle.alone:
        return record
    held = {skill.folder for skill in bundle.skills}
    return replace(record, entries=tuple(entry for entry in record.entries if entry.skill in held))


def version_of(manifest: Document) -> JSON:
    """The version that a plugin manifest states; of a marketplace, that of its first plugin."""
    value = manifest.value if isinstance(manifest.value, Mapping) else {}
    plugins = value.get("plugins")
    if isinstance(plugins, Sequence) and plugins and isinstance(plugins[0], Mapping):
        value = plugins[0]
    return value.get("version")
