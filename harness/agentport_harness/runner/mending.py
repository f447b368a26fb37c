"""Turns cures into changes of files: first as a plan that can be shown, then on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from agentport_harness.config_files import narrow, write_config
from agentport_harness.core.errors import InputError
from agentport_harness.setups.check import Cure
from agentport_harness.setups.edits import EditError
from agentport_harness.setups.mending import difference, mended
from agentport_harness.setups.reading import Surroundings
from agentport_harness.setups.setup import ConfigFile, Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of one file: its text, its permission bits where they change, and the edits left out."""

    file: ConfigFile
    text: str = field(repr=False)
    mode: int | None = None
    left_out: tuple[str, ...] = ()
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)

    def shown(self) -> str:
        """The change for people: a diff with the secrets masked, and what happens to the permission bits."""
        lines = [*difference(self.file.path, self.file.text, self.text, self.secrets)]
        if self.mode is not None:
            lines.append(f"chmod {self.mode:o} {self.file.path} (now {self.file.mode:o})")
        lines += (f"left out: {reason}" for reason in self.left_out)
        return "\n".join(lines)

    @property
    def changes(self) -> bool:
        """Whether anything changes at all."""
        return self.text != self.file.text or self.mode is not None


def planned(cures: Iterable[tuple[Setup, Cure]]) -> tuple[Change, ...]:
    """One change for each file, every edit of it made that can be made without touching anything else."""
    together: dict[str, list[tuple[Setup, Cure]]] = {}
    for setup, cure in cures:
        together.setdefault(os.path.realpath(cure.file.path), []).append((setup, cure))
    return tuple(change for each in together.values() if (change := _change(each)).changes or change.left_out)


def _change(cures: list[tuple[Setup, Cure]]) -> Change:
    file = cures[0][1].file
    dialect = file.place.dialect
    modes = [cure.mode & file.mode for _, cure in cures if cure.mode is not None]
    left_out: list[str] = []
    try:
        text = mended(file.text, dialect, [edit for _, cure in cures for edit in cure.edits])
    except EditError:  # then every cure by itself
        text = file.text
        for setup, cure in cures:
            try:
                text = mended(text, dialect, cure.edits)
            except EditError as error:
                left_out.append(setup.masked(str(error)))
    return Change(
        file=file,
        text=text,
        mode=modes[0] if modes else None,
        left_out=tuple(dict.fromkeys(left_out)),
        secrets=cures[0][0].secrets,
    )


def carry_out(change: Change, around: Surroundings) -> Path | None:
    """Make a change; returns where the former text is kept. Raises `InputError`, and then nothing was changed."""
    kept = None
    if change.text != change.file.text:
        _unchanged(change.file)
        kept = write_config(change.file.path, change.text, backups=backups(around))
    if change.mode is not None:
        narrow(change.file.path, change.mode)
    return kept


def backups(around: Surroundings) -> Path:
    """The folder in which former texts are kept: outside of every project, so that no key gets into a repository."""
    told = around.environment.get("XDG_STATE_HOME", "") if around.own else ""
    return Path(told or Path(around.home, ".local", "state"), "agentport-conformance", "backups")


def _unchanged(file: ConfigFile) -> None:
    """Nobody has written the file since it was read. Raises `InputError`."""
    try:
        now = Path(file.path).read_bytes()
    except FileNotFoundError:
        now = b""
    except OSError as error:
        raise InputError("unreadable", f"cannot be read: {error.strerror}", at=file.path) from None
    if now != file.text.encode("utf-8"):
        raise InputError("changed-meanwhile", "the file has changed meanwhile", at=file.path, hint="run doctor again")
