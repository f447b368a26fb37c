"""``agentport-digests/1``: the files of the skills by SHA-256, for this version and for earlier ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from agentport_harness.core.json_values import JSON
from agentport_harness.skill_bundle.bundle import Bundle, Document

FORMAT = "agentport-digests/1"


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal; line ends of Windows count as those of Unix, since git may have put them there."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def digests(bundle: Bundle) -> dict[str, str]:
    """The digest of every file of every skill, by ``skill/path``."""
    return {
        f"{skill.folder}/{entry.path}": digest(entry.data)
        for skill in bundle.skills
        for entry in skill.entries
        if entry.kind == "file" and entry.data is not None
    }


def recorded(document: Document) -> dict[str, str]:
    """The digests that a digest document lists for its own version."""
    return _strings(_field(document.value, "files"))


def earlier(document: Document) -> dict[str, dict[str, str]]:
    """The digests of earlier versions, by version."""
    told = _field(document.value, "earlier")
    return {version: _strings(files) for version, files in told.items()} if isinstance(told, Mapping) else {}


def digest_document(bundle: Bundle, version: str) -> dict[str, JSON]:
    """The document for a bundle as it is; when its version was raised, the one before is kept among the earlier."""
    files: dict[str, JSON] = dict(sorted(digests(bundle).items()))
    kept: dict[str, JSON] = {}
    if bundle.digests is not None:
        kept = {past: dict(told) for past, told in earlier(bundle.digests).items() if past != version}
        before = _field(bundle.digests.value, "version")
        if isinstance(before, str) and before != version:
            kept[before] = dict(recorded(bundle.digests))
    return {"format": FORMAT, "version": version, "files": files, "earlier": kept}


def _field(value: JSON, name: str) -> JSON:
    return value.get(name) if isinstance(value, Mapping) else None


def _strings(value: JSON) -> dict[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, Mapping) else {}
