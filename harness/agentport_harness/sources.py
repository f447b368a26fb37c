"""Where recordings lie: files, folders, globs, stdin and archives, found one after the other and opened as bytes."""

from __future__ import annotations

import glob
import gzip
import os
import stat
import struct
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

import zstandard

from agentport_harness.core.importer import Problem

if TYPE_CHECKING:
    from typing_extensions import Buffer

SUFFIXES = (".jsonl", ".ndjson", ".json", ".yaml", ".yml", ".sse", ".eval")
"""Names of recordings in a folder end like this, or so with ``.gz`` or ``.zst`` after it."""

_COMPRESSED = (".gz", ".zst")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ZIP_ZSTD = 93
_PIECE = 2**16
_TAKEN = 2**10
"""Compressed bytes taken at once: these few can stand for megabytes."""
_ZIP_HEADER = struct.Struct("<4s5H3L2H")
UNREADABLE = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zstandard.ZstdError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
"""What reading a broken or foreign archive raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One stream of bytes by the name that reports use: a file, a URL, or (neither) standard input.

    ``walked`` says that it was found in a folder, not named.
    """

    name: str
    path: Path | None
    member: str = ""
    walked: bool = False
    url: str = ""


def find(paths: Iterable[str | Path]) -> Iterator[Source | Problem]:
    """The sources that ``paths`` name, in order; folders are walked by name, and ``-`` is stdin."""
    for given in map(str, paths):
        path = Path(given)
        if given == "-":
            yield Source(name="<stdin>", path=None)
        elif "://" in given:
            yield from _remote(given)
        elif path.is_dir():
            yield from _walk(path)
        elif os.path.lexists(given):
            yield from _members(path, walked=False)
        elif glob.has_magic(given):
            yield from _matches(given)
        else:
            yield Problem(path=given, slug="no-such-file", message="no such file or folder", hint="check the path")


def _matches(pattern: str) -> Iterator[Source | Problem]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 Path.glob takes no absolute patterns
    if not matches:
        yield Problem(path=pattern, slug="no-match", message="no file matches", hint="check the pattern")
    for match in map(Path, matches):
        yield from _walk(match) if match.is_dir() else _members(match, walked=True)


def _remote(url: str) -> Iterator[Source | Problem]:
    """What lies at a URL that fsspec knows: a file, a folder, or a pattern."""
    try:
        files, path = import_module("fsspec.core").url_to_fs(url)
        if glob.has_magic(path):
            found = sorted(files.glob(path))
        elif files.isdir(path):
            found = sorted(name for name in files.find(path) if _is_recording(name))
        else:
            found = [path] if files.exists(path) else []
    except ImportError as error:
        hint = "pip install 'agentport-conformance[fleet]', and what this kind of storage needs"
        yield Problem(path=url, slug="no-driver", message=f"cannot be read: {error}", hint=hint)
        return
    except Exception as error:  # noqa: BLE001 every kind of storage raises its own
        yield Problem(path=url, slug="unreadable", message=reason(error), hint="check the address and the credentials")
        return
    if not found:
        yield Problem(path=url, slug="no-match", message="no recording there", hint="check the address")
    for name in found:
        full = files.unstrip_protocol(name)
        yield Source(name=full, path=None, url=full, walked=len(found) > 1)


def _walk(folder: Path) -> Iterator[Source | Problem]:
    denied: list[OSError] = []
    recordings = foreign = 0
    for root, folders, names in os.walk(folder, onerror=denied.append):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            if not _is_recording(name):
                foreign += 1
            elif path.is_symlink() or not path.exists() or stat.S_ISREG(path.stat().st_mode):
                recordings += 1
                yield from _members(path, walked=True)
    for error in denied:
        yield Problem(path=str(error.filename or folder), slug="unreadable", message=reason(error), hint=_hint(error))
    if not recordings and not denied:
        what = f"none of its {foreign} files ends in" if foreign else "it is empty; no file ends in"
        yield Problem(
            path=str(folder),
            slug="empty-folder",
            message=f"no recordings in this folder: {what} {', '.join(SUFFIXES)}",
            hint="name the files, or another folder",
        )
    elif foreign:
        yield Problem(
            path=str(folder),
            slug="foreign-files",
            message=f"{foreign:,} file{'s' if foreign > 1 else ''} without a recording's suffix",
            hint=f"recordings end in {', '.join(SUFFIXES)}",
            severity="warning",
        )


def _is_recording(name: str) -> bool:
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return name.endswith(SUFFIXES)


def _members(path: Path, *, walked: bool) -> Iterator[Source | Problem]:
    """The file itself, or the samples of an archive."""
    if path.name.endswith(".eval"):
        try:
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.startswith("samples/") and name.endswith(".json")]
        except UNREADABLE as error:
            yield Problem(path=str(path), slug="unreadable", message=reason(error), hint=_hint(error))
            return
        if not names:
            yield Problem(path=str(path), slug="empty", message="the archive holds no samples", hint="let the run end")
        for name in names:
            yield Source(name=f"{path}#{name}", path=path, member=name, walked=walked)
    else:
        yield Source(name=str(path), path=path, walked=walked)


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """The source's bytes, decompressed. Raises one of `UNREADABLE`, then or while it is read."""
    with ExitStack() as stack:
        if source.url:
            raw: BinaryIO = stack.enter_context(_fetched(source.url))
        elif source.path is None:
            raw = sys.stdin.buffer
        elif source.member:
            archive = stack.enter_context(zipfile.ZipFile(source.path))
            about = archive.getinfo(source.member)
            if about.compress_type != _ZIP_ZSTD:
                yield stack.enter_context(archive.open(about))
            else:
                yield _zstd_member(stack.enter_context(source.path.open("rb")), about)
            return
        else:
            raw = stack.enter_context(source.path.open("rb"))
        head = raw.peek(4)[:4] if hasattr(raw, "peek") else b""
        yield stack.enter_context(_plain(raw, head))


@contextmanager
def _fetched(url: str) -> Iterator[BinaryIO]:
    """The bytes at a URL, read as they are needed. Whatever the storage raises is an `OSError`."""
    try:
        with import_module("fsspec").open(url, "rb") as file:
            yield cast("BinaryIO", BufferedReader(file))
    except UNREADABLE:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def _plain(raw: BinaryIO, head: bytes) -> IO[bytes]:
    if head.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if head.startswith(_ZSTD):
        return cast("IO[bytes]", BufferedReader(_Frames(raw), _PIECE))
    return raw


class _Frames(RawIOBase):
    """What is compressed in frames of zstd, one after the other; unlike the library's reader it tells a cut one."""

    def __init__(self, raw: IO[bytes]) -> None:
        super().__init__()
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._held = memoryview(b"")
        self._within = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """As `io.RawIOBase.readinto`. Raises `EOFError` where a frame has no end."""
        into = memoryview(buffer)
        while not self._held:
            piece = self._raw.read(_TAKEN)
            if not piece:
                if self._within:
                    raise EOFError("it was cut off when it was compressed, or after")
                return 0
            self._held = memoryview(self._unpacked(piece))
        given, self._held = self._held[: len(into)], self._held[len(into) :]
        into[: len(given)] = given
        return len(given)

    def _unpacked(self, piece: bytes) -> bytes:
        found = []
        while piece:
            found.append(self._frame.decompress(piece))
            self._within = not self._frame.eof
            piece = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
        return b"".join(found)


def _zstd_member(raw: BinaryIO, about: zipfile.ZipInfo) -> IO[bytes]:
    """A member that is compressed by zstd, which this Python's zipfile cannot read: its data follows its header."""
    raw.seek(about.header_offset)
    *_, name_length, extra_length = _ZIP_HEADER.unpack(raw.read(_ZIP_HEADER.size))
    raw.seek(name_length + extra_length, os.SEEK_CUR)
    return cast("IO[bytes]", BufferedReader(_Frames(BytesIO(raw.read(about.compress_size))), _PIECE))


def can_be_read_again(source: Source) -> bool:
    """Whether it is an ordinary file, which can be read twice at little cost."""
    try:
        return source.path is not None and stat.S_ISREG(source.path.stat().st_mode)
    except OSError:
        return False


def problem(source: Source, error: Exception, line: int | None = None) -> Problem:
    """The problem of a source that could not be opened, or read beyond ``line``."""
    return Problem(path=source.name, slug="unreadable", message=reason(error), line=line, hint=_hint(error))


def reason(error: Exception) -> str:
    """What went wrong, without Python's own words where the system has better ones."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return f"cannot be read: {error or type(error).__name__}"


def _hint(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "give yourself read permission, or leave it out"
    return "check that it was copied whole"
