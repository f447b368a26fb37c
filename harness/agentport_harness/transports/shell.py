"""Runs an agent's shell command in a clean environment: own home, an allow-list of variables, a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import anyio

_INHERITED = ("PATH", "LANG", "LC_ALL", "TERM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command printed, standard output before standard error, and its exit code; None when it was stopped."""

    text: str
    exit_code: int | None


async def run(command: str, *, home: Path, gateway_url: str, api_key: str, timeout: float) -> Ran:
    """Run ``command`` with ``sh -c``. Its whole process group ends with it, on time-out and on cancellation too."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {
        "HOME": str(home), "TMPDIR": str(home), "AGENTPORT_URL": gateway_url, "AGENTPORT_API_KEY": api_key,
    }  # fmt: skip
    process = await anyio.open_process(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL, cwd=home, env=environment, start_new_session=True,
    )  # fmt: skip
    printed = {"out": b"", "err": b""}

    async def drain(name: str, stream: object) -> None:
        async for chunk in stream:  # type: ignore[attr-defined]  # anyio's byte stream
            printed[name] += chunk

    finished = False
    try:
        with anyio.move_on_after(timeout):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(drain, "out", process.stdout)
                tasks.start_soon(drain, "err", process.stderr)
            await process.wait()
            finished = True
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await process.aclose()
    text = (printed["out"] + printed["err"]).decode("utf-8", "replace")
    return Ran(text=text, exit_code=process.returncode if finished else None)
