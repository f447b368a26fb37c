"""Looks for installed copies of the shipped skills, project by project and in the home, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from agentport_harness.bundled import skills_folder
from agentport_harness.core.errors import InputError
from agentport_harness.core.report import Run, SessionReport
from agentport_harness.runner.catalogue import rule_texts, skill_checks
from agentport_harness.runner.skills import INPUT_FORMAT
from agentport_harness.skill_bundle.bundle import SKILL_FILE, Bundle
from agentport_harness.skill_bundle.check import Material, SkillCheck, verdicts
from agentport_harness.skill_bundle.digests import digests
from agentport_harness.skill_bundle.installed import Copy, copy_of
from agentport_harness.skill_files import folder_bundle

CLIENTS = {".agents": "Codex, Cursor and others", ".claude": "Claude Code", ".codex": "Codex", ".cursor": "Cursor"}
"""The folders in a project, or in a home, that hold a folder of skills, and whose they are."""
_PLUGINS = ("plugins/cache/*/agentport-skills/*/skills",)
OTHER = "only installed copies were looked at"


def check_installed(projects: Sequence[str], checks: Sequence[SkillCheck], *, home: Path | None = None) -> Run:
    """What is installed of the shipped skills, one session for each folder of skills that has any of them.

    ``projects`` are projects, or folders of skills themselves; none means the current folder. Raises `InputError` for
    one that is no folder.
    """
    shipped = folder_bundle(skills_folder())
    names = tuple(skill.folder for skill in shipped.skills)
    skipped = {check.id: OTHER for check in skill_checks() if not check.id.startswith("SK7")}
    sessions = []
    for place, owner in _places(projects or (".",), home or Path.home(), names):
        copies = tuple(copy_in(Path(place), name, shipped) for name in names)
        material = Material(bundle=shipped, installed=copies)
        sessions.append(
            SessionReport(
                source=place,
                input_format=INPUT_FORMAT,
                title=owner,
                verdicts=verdicts(material, checks, skipped=skipped, catalogue=skill_checks()),
                warnings=tuple(copy.told for copy in copies),
            )
        )
    if not sessions:
        where = ", ".join(projects) or "."
        missing = tuple(Copy(skill=name, path=where, states=("missing",)) for name in names)
        found = verdicts(Material(bundle=shipped, installed=missing), checks, skipped=skipped, catalogue=skill_checks())
        sessions.append(SessionReport(source=where, input_format=INPUT_FORMAT, verdicts=found))
    return Run(kind="skills", name="installed skills", sessions=tuple(sessions), texts=rule_texts())


def _places(projects: Sequence[str], home: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Folders of skills with any of these skills in them, each once, and whose clients' they are."""
    for project in projects:
        if not Path(project).is_dir():
            raise InputError("no-such-folder", "no such folder", at=project, hint="name a project")
        yield from ((place, owner) for place, owner in _homes(Path(project)) if _has_any(place, names))
        if _has_any(project, names):
            yield project, ""
    if not any(Path(project).resolve() == home.resolve() for project in projects):
        yield from ((place, owner) for place, owner in _homes(home) if _has_any(place, names))


def _homes(root: Path) -> Iterator[tuple[str, str]]:
    for folder, owner in CLIENTS.items():
        yield os.path.normpath(root / folder / "skills"), owner
        for pattern in _PLUGINS:
            yield from ((str(path), f"{owner}, as a plugin") for path in sorted((root / folder).glob(pattern)))


def _has_any(place: str, names: Sequence[str]) -> bool:
    return any(os.path.lexists(Path(place, name)) for name in names)


def copy_in(place: Path, name: str, shipped: Bundle) -> Copy:
    """The copy of a shipped skill in a folder of skills."""
    path = place / name
    if not (path / SKILL_FILE).is_file():
        return Copy(skill=name, path=str(path), states=("missing",))
    bundle = folder_bundle(path)
    (skill,) = bundle.skills
    held = {path.partition("/")[2]: told for path, told in digests(bundle).items()}
    return copy_of(name, str(path), held, skill.version, shipped)
