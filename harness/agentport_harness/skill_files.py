"""Reads the tree of a bundle: from a folder, links not followed, or from a git revision."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from agentport_harness.core.errors import InputError
from agentport_harness.skill_bundle.bundle import LARGEST, SKILL_FILE, Bundle, Entry
from agentport_harness.skill_bundle.comparison import bundle_version
from agentport_harness.skill_bundle.digests import digest_document
from agentport_harness.skill_bundle.reading import DIGESTS, HOME, MANIFESTS, TRACEABILITY, read_bundle

MOST_FILES = 20_000
_SKIPPED = {".git", "node_modules", "__pycache__"}
_GIT_TIMEOUT = 60


def folder_bundle(given: str | Path) -> Bundle:
    """The bundle in a repository, a folder of skills, or one skill. Raises `InputError` when there is none."""
    try:
        return _folder_bundle(given, Path(given))
    except OSError as error:
        at = str(error.filename or given)
        raise InputError("unreadable", f"cannot be read: {error.strerror}", at=at) from None


def _folder_bundle(given: str | Path, folder: Path) -> Bundle:
    if not folder.is_dir():
        what = "not a folder" if folder.exists() else "no such folder"
        raise InputError("no-such-folder", what, at=str(given), hint="name a repository, a folder of skills, or one")
    if (folder / SKILL_FILE).exists():
        entries = _tree(folder, f"{HOME}/{folder.resolve().name}/")
        documents = _documents(folder / "..", f"{HOME}/", (TRACEABILITY,))
    elif (folder / HOME).is_dir():
        entries = _skills(folder / HOME)
        documents = _documents(folder, "", MANIFESTS)
    else:
        entries = _skills(folder)
        documents = _documents(folder / "..", "", MANIFESTS)
    bundle = read_bundle([*entries, *documents], name=str(given))
    return replace(bundle, alone=(folder / SKILL_FILE).exists())


def _skills(folder: Path) -> Iterator[Entry]:
    """The folders in ``folder`` that are skills, links to folders, and the documents beside them."""
    for child in sorted(folder.iterdir()):
        if child.is_symlink():
            if child.is_dir() or not child.exists():
                yield _file(child, f"{HOME}/{child.name}")
        elif child.is_dir():
            if any(path.name.casefold() == SKILL_FILE.casefold() for path in child.iterdir()):
                yield from _tree(child, f"{HOME}/{child.name}/")
        elif child.name in (TRACEABILITY, DIGESTS):
            yield _file(child, f"{HOME}/{child.name}")


def write_digests(given: str | Path) -> None:
    """Write digests.json of the bundle in a repository or a folder of skills. Raises `InputError` when it cannot."""
    bundle = folder_bundle(given)
    if bundle.alone:
        raise InputError("one-skill", "digests are of a whole bundle", at=str(given), hint="name the folder above")
    document = digest_document(bundle, bundle_version(bundle))
    folder = Path(given) / HOME if (Path(given) / HOME).is_dir() else Path(given)
    try:
        (folder / DIGESTS).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError("cannot-write", f"cannot be written: {error.strerror}", at=str(folder / DIGESTS)) from None


def _documents(folder: Path, prefix: str, names: Iterable[str]) -> Iterator[Entry]:
    for name in names:
        if (folder / name).is_file():
            yield _file(folder / name, prefix + name)


def _tree(folder: Path, prefix: str) -> Iterator[Entry]:
    count = 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        links = [name for name in folders if Path(root, name).is_symlink()]
        for name in sorted([*names, *links]):
            count += 1
            if count > MOST_FILES:
                raise InputError("too-many-files", f"more than {MOST_FILES} files", at=str(folder))
            path = Path(root, name)
            yield _file(path, prefix + path.relative_to(folder).as_posix())


def _file(path: Path, name: str) -> Entry:
    shown = os.path.normpath(path)
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return Entry(path=name, shown=shown, kind="link", target=str(path.readlink()))
    if not stat.S_ISREG(found.st_mode):
        return Entry(path=name, shown=shown, kind="other")
    data = path.read_bytes() if found.st_size <= LARGEST else None
    return Entry(path=name, shown=shown, data=data, size=found.st_size)


def revision_bundle(revision: str, repository: str | Path = ".") -> Bundle:
    """The bundle as a git revision has it. Raises `InputError` when that names neither a commit nor a bundle."""
    if revision.startswith("-"):
        raise InputError("bad-revision", f"{revision!r} is neither a folder nor a git revision")
    top = _git(repository, "rev-parse", "--show-toplevel", what=revision).decode().strip()
    commit = _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", what=revision).decode().strip()
    listed = _git(top, "ls-tree", "-r", "-z", "--name-only", commit, what=revision).decode("utf-8", "replace")
    wanted = [path for path in listed.split("\0") if path in MANIFESTS or _in_bundle(path)]
    if not wanted:
        raise InputError("no-skills", "this revision holds no skills/ folder", at=revision)
    packed = _git(top, "archive", "--format=tar", commit, "--", *wanted, what=revision)
    return read_bundle(_unpacked(packed), name=revision)


def _in_bundle(path: str) -> bool:
    return path.startswith(f"{HOME}/") and (path.count("/") > 1 or path.endswith((TRACEABILITY, DIGESTS)))


def _unpacked(packed: bytes) -> Iterator[Entry]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.issym():
                yield Entry(path=member.name, shown=member.name, kind="link", target=member.linkname)
            elif member.isfile():
                file = archive.extractfile(member) if member.size <= LARGEST else None
                yield Entry(path=member.name, shown=member.name, data=file.read() if file else None, size=member.size)


def _git(folder: str | Path, *arguments: str, what: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        ran = subprocess.run(  # noqa: S603 git with arguments of our own; the revision was resolved before
            command, capture_output=True, check=False, timeout=_GIT_TIMEOUT, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError("no-git", f"git cannot be run: {error}", at=what) from None
    if ran.returncode:
        told = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(
            "bad-revision", f"neither a folder nor a git revision{': ' + told[-1] if told else ''}", at=what
        )
    return ran.stdout
