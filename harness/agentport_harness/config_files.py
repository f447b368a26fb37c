"""Reads the files of agent clients, and writes them back: whole, with their mode, through links, with a backup."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from agentport_harness.core.errors import InputError
from agentport_harness.setups.client import Client, FilePlace, System
from agentport_harness.setups.mending import read_source
from agentport_harness.setups.reading import Surroundings, below, expanded
from agentport_harness.setups.setup import ConfigFile
from agentport_harness.setups.source import Source

LARGEST = 16 * 1024 * 1024
"""Bytes of a configuration that are read."""
_GIT_TIMEOUT = 10


def this_system() -> System:
    """The kind of system that this is."""
    return "darwin" if sys.platform == "darwin" else "windows" if sys.platform == "win32" else "linux"


def projects_above(project: Path) -> tuple[str, ...]:
    """The project's folder, and those above it up to the top of its repository."""
    here = Path(os.path.abspath(project))  # noqa: PTH100 links stay as they were given
    found = [here, *here.parents]
    top = next((number for number, folder in enumerate(found) if (folder / ".git").exists()), 0)
    return tuple(str(folder) for folder in found[: top + 1])


def client_files(client: Client, around: Surroundings) -> Iterator[ConfigFile]:
    """The files of a client, in the order in which they win; missing ones too, once each."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    read: dict[str, Source] = {}
    places = [place for place in client.files if around.system in place.systems]
    if around.own and around.environment.get(client.no_projects, "").casefold() in ("1", "true"):
        places = [place for place in places if place.scope != "project"]
    own = {os.path.realpath(expanded(place.path, client, around, "")) for place in places if place.scope == "user"}
    for place in places:
        if place.variable:
            if around.own and (text := around.environment.get(place.variable, "")):
                source = read_source(text, place.dialect)
                yield ConfigFile(place=place, path=f"${place.variable}", text=text, source=source)
            continue
        for path, project in _paths(place, client, around):
            way = below(place.below, project)
            real = os.path.realpath(path)
            if (real, way) in seen or (place.scope == "project" and real in own):
                continue
            seen.add((real, way))
            yield _file(place, path, way, read)


def _paths(place: FilePlace, client: Client, around: Surroundings) -> Iterator[tuple[str, str]]:
    """The paths of a place, each with its project: one in each folder of a project, one for each name in its folder."""
    projects = around.projects if place.scope in ("project", "local") else ("",)
    for project in reversed(projects) if place.outermost else projects:
        folder, star, pattern = expanded(place.path, client, around, project).partition("/*")
        if star:
            yield from ((str(path), project) for path in sorted(Path(folder).glob(f"*{pattern}")))
        elif folder:
            yield folder, project


def _file(place: FilePlace, path: str, way: tuple[str, ...], read: dict[str, Source]) -> ConfigFile:
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode):
            return ConfigFile(place=place, path=path, below=way, unreadable="it is no ordinary file")
        if found.st_size > LARGEST:
            return ConfigFile(place=place, path=path, below=way, unreadable="it is too large to be a configuration")
        text = Path(path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        link = Path(path).is_symlink()
        reason = "it is a link that leads nowhere" if link else ""
        return ConfigFile(place=place, path=path, below=way, exists=link, unreadable=reason)
    except UnicodeDecodeError as error:
        return ConfigFile(place=place, path=path, below=way, unreadable=f"it is no UTF-8 (byte {error.start + 1:,})")
    except OSError as error:
        return ConfigFile(
            place=place, path=path, below=way, unreadable=f"it cannot be read: {error.strerror or 'unknown reason'}"
        )
    source = read.get(path) or read.setdefault(path, read_source(text, place.dialect))
    return ConfigFile(
        place=place, path=path, below=way, text=text, source=source,
        mode=stat.S_IMODE(found.st_mode), committed=_in_repository(path, shared=place.scope == "project"),
    )  # fmt: skip


def _in_repository(given: str, *, shared: bool) -> bool:
    """Whether git has the file; of a project's file, whether it would take it with the next ``git add`` too."""
    path = Path(os.path.realpath(given))
    if not any((above / ".git").exists() for above in path.parents):
        return False
    question = ("check-ignore", "-q", "--", path.name) if shared else ("ls-files", "--error-unmatch", "--", path.name)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    # a repository's own settings must not start programs
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(path.parent), *question]
    try:
        ran = subprocess.run(  # noqa: S603 git, and a path of our own making
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_GIT_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired):
        return shared
    return ran.returncode != 0 if shared else ran.returncode == 0


def write_config(path: str, text: str, *, backups: Path) -> Path | None:
    """Write a configuration so that nobody ever sees half of it; returns where the former text went.

    The file keeps its mode, owner and links: a link's target is replaced, not the link. A new file is private.
    Raises `InputError` and changes nothing when the file may not be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not (target.stat().st_mode & 0o222 and os.access(target, os.W_OK)):
            raise InputError(
                "read-only", "the file is read-only", at=path, hint="make it writable, or edit it yourself"
            )
        kept = _backed_up(target, backups) if target.exists() else None
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 a descriptor
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                found = target.stat()
                if hasattr(os, "chown") and (found.st_uid, found.st_gid) != (os.getuid(), os.getgid()):
                    os.chown(temporary, found.st_uid, found.st_gid)
                Path(temporary).chmod(stat.S_IMODE(found.st_mode))
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=path) from None
    return kept


def narrow(path: str, mode: int) -> None:
    """Take permission bits away; none is ever given. Raises `InputError`."""
    target = Path(os.path.realpath(path))
    try:
        target.chmod(stat.S_IMODE(target.stat().st_mode) & mode)
    except OSError as error:
        raise InputError("cannot-write", f"its mode cannot be changed: {error.strerror}", at=path) from None


def _backed_up(target: Path, backups: Path) -> Path:
    backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(dir=backups, prefix=f"{target.parent.name.strip('.') or 'file'}-")) / target.name
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(target.read_bytes())
    return place
