"""Doors out of a network namespace: UNIX sockets that lead to chosen ports of this machine's loopback, and nowhere
else.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import anyio

PROBE_TIMEOUT = 10.0


@cache
def why_no_namespace() -> str:
    """Why commands cannot have a network of their own here; empty when they can."""
    if sys.platform != "linux":
        return f"this platform ({sys.platform}) has no network namespaces"
    if shutil.which("unshare") is None:
        return "there is no `unshare` command"
    tried = subprocess.run(
        ["unshare", "-rn", "true"],  # noqa: S607 found on the PATH just now
        capture_output=True, text=True, timeout=PROBE_TIMEOUT, check=False,
    )  # fmt: skip
    return "" if tried.returncode == 0 else f"this system does not allow it ({tried.stderr.strip()})"


@asynccontextmanager
async def doors(ports: Iterable[int]) -> AsyncIterator[Mapping[int, Path]]:
    """For each port of loopback a UNIX socket that leads there, while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="ap-doors-") as folder:
        opened = {port: Path(folder, str(port)) for port in ports}
        async with AsyncExitStack() as stack, anyio.create_task_group() as tasks:
            for port, path in opened.items():
                listener = await stack.enter_async_context(await anyio.create_unix_listener(path, mode=0o600))
                tasks.start_soon(listener.serve, partial(_through, port))
            try:
                yield opened
            finally:
                tasks.cancel_scope.cancel()


async def _through(port: int, near: Any) -> None:
    async with near:
        try:
            far = await anyio.connect_tcp("127.0.0.1", port)
        except OSError:
            return  # nothing answers there: the client sees a broken line, as it would outside
        async with far, anyio.create_task_group() as tasks:
            tasks.start_soon(_pump, near, far)
            tasks.start_soon(_pump, far, near)


async def _pump(source: Any, target: Any) -> None:
    try:
        async for data in source:
            await target.send(data)
        await target.send_eof()
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass  # either end may hang up whenever it likes
