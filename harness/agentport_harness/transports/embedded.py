"""The reference gateway as a process of its own on loopback, gone when the context ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from agentport_harness.core.errors import HarnessError

START_TIMEOUT = 60.0
"""Seconds until a gateway that does not get ready is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Where a gateway is and who may do what there. The secrets stay out of its repr."""

    base_url: str
    mcp_url: str
    api_key: str
    human_email: str
    human_password: str

    def __repr__(self) -> str:
        return f"Gateway({self.base_url!r})"


@asynccontextmanager
async def embedded_gateway(*, poll_budget: float = 1.0, approval_expiry: float | None = None) -> AsyncIterator[Gateway]:
    """Start a gateway with demo credentials and a database of its own. Times in seconds."""
    with tempfile.TemporaryDirectory(prefix="agentport-", ignore_cleanup_errors=True) as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log")
        command = [
            sys.executable, "-m", "agentport_harness", "serve", "--port", "0", "--demo",
            "--ready-file", str(ready),
            "--database-url", f"sqlite:///{folder}/gateway.db",
            "--poll-budget", str(poll_budget),
        ]  # fmt: skip
        if approval_expiry is not None:
            command += ["--approval-expiry", str(approval_expiry)]
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 our own interpreter and module
                command,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                env=environment | {"HOME": folder, "TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        try:
            yield await _until_ready(process, ready, log)
        finally:
            _stop(process)


async def _until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> Gateway:
    with anyio.move_on_after(START_TIMEOUT):
        while not ready.exists():
            if process.poll() is not None:
                break
            await anyio.sleep(0.01)
        else:
            told = json.loads(ready.read_text(encoding="utf-8"))
            return Gateway(
                base_url=told["base_url"],
                mcp_url=told["mcp_url"],
                api_key=told["api_key"],
                human_email=told["human"]["email"],
                human_password=told["human"]["password"],
            )
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
    raise HarnessError("no-embedded-gateway", "the embedded gateway did not start: " + " / ".join(last))


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
