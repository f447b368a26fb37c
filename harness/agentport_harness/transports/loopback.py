"""An ASGI application as a server on a free port of this machine, stopped when the context ends."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio


@asynccontextmanager
async def listening(host: str = "127.0.0.1") -> AsyncIterator[socket.socket]:
    """A socket bound to a free port of ``host``."""
    # the protocol is named because asyncio sends small answers at once (TCP_NODELAY) only on sockets that name it
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, 0))
        yield listener


@asynccontextmanager
async def served(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """The application answers at ``listener`` while the context lasts."""
    import uvicorn

    config = uvicorn.Config(
        application,
        log_config=None,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server._serve, [listener])  # noqa: SLF001 serve() would take the signal handlers
        while not server.started:
            await anyio.sleep(0.005)
        try:
            yield
        finally:
            server.should_exit = server.force_exit = True
