"""Servers under measurement, each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_SERVE = """
import json, sys
from pathlib import Path
from agentport_gateway.serve import ServeOptions, run
given = json.loads(sys.argv[1])
sys.exit(run(ServeOptions(ready_file=Path(given.pop("ready")), quiet=True, **given)))
"""


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def floor(mode: str) -> AsyncIterator[tuple[str, int]]:
    """The bare server; its MCP address and process id."""
    port = free_port()
    script = str(Path(__file__).with_name("floor.py"))
    process = subprocess.Popen([sys.executable, script, str(port), mode])  # noqa: ASYNC220, S603 - returns at once; our own command
    try:
        await listening(port)
        yield f"http://127.0.0.1:{port}/mcp", process.pid
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@contextlib.asynccontextmanager
async def gateway(**options: Any) -> AsyncIterator[dict[str, Any]]:
    """A demonstration gateway; what its ready file says, and `started`: the seconds until it was there.

    `data_home` keeps its data, its key among them, for a later start.
    """
    home = options.pop("data_home", None)
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        given = {"port": 0, "demo": True, "ready": str(ready), "max_pending_per_key": 1_000_000, **options}
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once; our own command
            [sys.executable, "-c", _SERVE, json.dumps(given)], env={**os.environ, "XDG_DATA_HOME": home or folder}
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise RuntimeError("the gateway did not start")
                await asyncio.sleep(0.005)
            yield {**json.loads(ready.read_text("utf-8")), "started": time.perf_counter() - began}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


async def listening(port: int) -> None:
    """Wait until something listens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.005)
            continue
        writer.close()
        return


def resident_bytes(pid: int) -> int:
    """The memory that a process occupies."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the process does not say how much memory it uses")
