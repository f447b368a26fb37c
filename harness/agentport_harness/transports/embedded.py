"""The reference gateway as a process of its own on loopback, gone when the context ends or this process does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from agentport_harness.core.errors import HarnessError

START_TIMEOUT = 60.0
"""Seconds until a gateway that does not get ready is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Where a gateway is and who may do what there. The secrets stay out of its repr.

    ``human_totp`` is the secret of a human's second factor. It and the second organisation's credentials are empty
    where there is none. ``tools`` names one tool for each mode, as (integration, tool).
    """

    base_url: str
    mcp_url: str
    api_key: str
    human_email: str
    human_password: str
    human_totp: str = ""
    second_api_key: str = ""
    second_human_email: str = ""
    second_human_password: str = ""
    second_human_totp: str = ""
    tools: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Gateway({self.base_url!r})"


def gateway_of(told: Mapping[str, Any]) -> Gateway:
    """The gateway that a ready-file describes. Raises KeyError or TypeError when it is none."""
    second = told.get("second") or {}
    human = second.get("human") or {}
    return Gateway(
        base_url=told["base_url"],
        mcp_url=told["mcp_url"],
        api_key=told["api_key"],
        human_email=told["human"]["email"],
        human_password=told["human"]["password"],
        second_api_key=second.get("api_key", ""),
        second_human_email=human.get("email", ""),
        second_human_password=human.get("password", ""),
        tools={mode: (names[0], names[1]) for mode, names in (told.get("tools") or {}).items()},
    )


class EmbeddedProcess:
    """One gateway process over a folder of its own; it can be ended in either way and started again where it was."""

    def __init__(self, folder: str, options: tuple[str, ...], variables: Mapping[str, str]) -> None:
        self._folder = Path(folder)
        self._options = options
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    async def start(self) -> Gateway:
        """Start it and return where it is, when it answers."""
        ready, log = self._folder / "ready.json", self._folder / "log"
        ready.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "agentport_harness", "serve", "--port", str(self._port), "--demo",
            "--ready-file", str(ready),
            "--database-url", f"sqlite:///{self._folder}/gateway.db", "--stop-with-stdin",
            *self._options,
        ]  # fmt: skip
        environment = {
            "AGENTPORT_CLIENT_DOCUMENTS": "false",  # it never asks the internet for anything
            **self._variables,
            **{name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ},
        }
        home = str(self._folder)
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 our own interpreter and module
                command,
                stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True,
                env=environment | {"HOME": home, "TMPDIR": home, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        gateway = await _until_ready(self._process, ready, log)
        self._port = int(gateway.base_url.rpartition(":")[2])
        return gateway

    async def restart(self) -> None:
        """Kill it and start it again. Credentials that it gave before stay good."""
        if self._process is not None:
            self._process.kill()
            await anyio.to_thread.run_sync(_wait, self._process)
        await self.start()

    async def stop_and_start(self) -> None:
        """Stop it in an orderly way and start it again."""
        await anyio.to_thread.run_sync(self.stop)
        await self.start()

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            _stop(self._process)


@asynccontextmanager
async def embedded_process(
    *, poll_budget: float = 1.0, approval_expiry: float | None = None, wait_rungs: Sequence[str] = ()
) -> AsyncIterator[tuple[EmbeddedProcess, Gateway]]:
    """Start a gateway with demo credentials and a database of its own, in hand. Times in seconds.

    ``wait_rungs`` are the ways beside a result in which it may ask for approval.
    """
    with tempfile.TemporaryDirectory(prefix="agentport-", ignore_cleanup_errors=True) as folder:
        expiry = () if approval_expiry is None else ("--approval-expiry", str(approval_expiry))
        rungs = {"AGENTPORT_WAIT_RUNGS": ",".join(wait_rungs)} if wait_rungs else {}
        process = EmbeddedProcess(folder, ("--poll-budget", str(poll_budget), *expiry), rungs)
        try:
            yield process, await process.start()
        finally:
            process.stop()


@asynccontextmanager
async def embedded_gateway(*, poll_budget: float = 1.0, approval_expiry: float | None = None) -> AsyncIterator[Gateway]:
    """Start a gateway with demo credentials and a database of its own. Times in seconds."""
    async with embedded_process(poll_budget=poll_budget, approval_expiry=approval_expiry) as (_, gateway):
        yield gateway


async def _until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> Gateway:
    with anyio.move_on_after(START_TIMEOUT):
        while not ready.exists():
            if process.poll() is not None:
                break
            await anyio.sleep(0.01)
        else:
            return gateway_of(json.loads(ready.read_text(encoding="utf-8")))
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
    raise HarnessError("no-embedded-gateway", "the embedded gateway did not start: " + " / ".join(last))


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    _wait(process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
