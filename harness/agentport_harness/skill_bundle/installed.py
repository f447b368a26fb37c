"""An installed copy of a skill against the digests of the versions that this package knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentport_harness.skill_bundle.bundle import Bundle
from agentport_harness.skill_bundle.digests import digests, earlier, recorded

State: TypeAlias = Literal["current", "stale", "edited", "missing", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One skill at one place: the version it states, and the files that differ from the version they should be of.

    ``stale`` and ``edited`` may both be so. ``unknown`` is a version that this package has no digests of.
    """

    skill: str
    path: str
    states: tuple[State, ...]
    version: str = ""
    files: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The copy in a few words."""
        version = f" {self.version}" if self.version else ""
        return f"{self.skill}{version}: {' and '.join(self.states)}"


def copy_of(skill: str, path: str, held: Mapping[str, str], version: str, shipped: Bundle) -> Copy:
    """Judge the files of an installed skill, by path inside it and digest, against the shipped bundle."""
    document = shipped.digests
    now = recorded(document) if document else digests(shipped)
    past = earlier(document) if document else {}
    wanted = _of(skill, now)
    if held == wanted:
        return Copy(skill=skill, path=path, states=("current",), version=version)
    for number, files in past.items():
        if held == _of(skill, files):
            return Copy(skill=skill, path=path, states=("stale",), version=number)
    current = next((one.version for one in shipped.skills if one.folder == skill), "")
    if version == current:
        return Copy(skill=skill, path=path, states=("edited",), version=version, files=_differing(held, wanted))
    if version in past:
        changed = _differing(held, _of(skill, past[version]))
        return Copy(skill=skill, path=path, states=("stale", "edited"), version=version, files=changed)
    return Copy(skill=skill, path=path, states=("unknown",), version=version)


def _of(skill: str, files: Mapping[str, str]) -> dict[str, str]:
    prefix = f"{skill}/"
    return {path.removeprefix(prefix): told for path, told in files.items() if path.startswith(prefix)}


def _differing(held: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(path for path in sorted(held.keys() | wanted.keys()) if held.get(path) != wanted.get(path))
