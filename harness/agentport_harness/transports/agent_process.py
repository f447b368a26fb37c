"""Runs an agent client: a clean environment, a network of its own where that can be had, and a time limit."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import as_object, as_text, parsed
from agentport_harness.transports import confined

GRACE = 5.0
"""Seconds between asking a client to end and killing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a client's run ended: its exit code, None when it was stopped at the time limit, and what it printed."""

    exit_code: int | None
    seconds: float
    printed: str
    complained: str


def find_command(command: str, package: str, folder: str | None) -> Path:
    """The client's executable: in ``folder`` where one is given, else on the PATH. Raises `UnreachableError`."""
    found = shutil.which(command, path=folder) if folder else shutil.which(command)
    if found is None:
        raise UnreachableError(
            "no-client", f"there is no `{command}` {f'in {folder}' if folder else 'on the PATH'}",
            hint=f"install it (npm install {package}) and name its folder with --client-path",
        )  # fmt: skip
    return Path(found)


def installed_version(command: Path, package: str) -> str:
    """The version of the npm package that a command belongs to, empty where it belongs to none."""
    for folder in command.resolve().parents:
        try:
            told = as_object(parsed((folder / "package.json").read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            continue
        if told.get("name") == package:
            return as_text(told.get("version"))
    return ""


def clean_environment(command: Path, home: Path, own: Mapping[str, str]) -> dict[str, str]:
    """What a client may know: a home, a PATH with its own folder and Node's, and ``own``; nothing of the caller's."""
    temporary = home / "tmp"
    temporary.mkdir(exist_ok=True)
    folders = [str(command.parent)]
    if node := shutil.which("node"):
        folders.append(str(Path(node).parent))
    return {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PATH": os.pathsep.join(dict.fromkeys((*folders, "/usr/local/bin", "/usr/bin", "/bin"))),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "DO_NOT_TRACK": "1",
        **own,
    }


async def run_client(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    doors: Mapping[int, Path] | None,
    time_limit: float,
    output: Path,
) -> Ended:
    """Run ``command`` to its end or to ``time_limit`` seconds; nothing it started is left behind.

    With ``doors`` it has a network of its own, in which those ports of loopback lead outside. What it prints is kept
    in ``output`` with the endings ``.stdout`` and ``.stderr``.
    """
    began = time.perf_counter()
    wrapped = list(command)
    if sys.platform == "linux":
        through = [f"{port}={path}" for port, path in (doors or {}).items()]
        wrapped = [sys.executable, "-IS", str(Path(confined.__file__)), *through, "--", *command]
        if doors is not None:
            wrapped = ["unshare", "-rn", *wrapped]
    printed, complained = (output.with_name(f"{output.name}.{name}") for name in ("stdout", "stderr"))
    with printed.open("wb") as out, complained.open("wb") as err:
        process = subprocess.Popen(  # noqa: S603 the client that was asked for
            wrapped,
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, env=dict(environment), start_new_session=True,
        )  # fmt: skip
        finished = False
        try:
            with anyio.move_on_after(time_limit):
                while process.poll() is None:
                    await anyio.sleep(0.02)
                finished = True
        finally:
            _end(process)
    return Ended(
        exit_code=process.returncode if finished else None,
        seconds=time.perf_counter() - began,
        printed=printed.read_text(encoding="utf-8", errors="replace"),
        complained=complained.read_text(encoding="utf-8", errors="replace"),
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the client with its process group: asked first, since what confines it then ends all its children."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):  # mostly nothing is left
        os.killpg(process.pid, signal.SIGKILL)
