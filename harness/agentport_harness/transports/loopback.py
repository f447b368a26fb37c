"""Serves an ASGI application of the harness's own for as long as a context lasts."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from agentport_harness.core.errors import InputError


@asynccontextmanager
async def listening(app: Any, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """The base URL at which ``app`` is served; 0 takes a free port. It stops when the context ends.

    Raises `InputError` when the address is taken or not this machine's.
    """
    import uvicorn

    # the protocol is named because asyncio sends small answers at once (TCP_NODELAY) only on sockets that name it
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        try:
            listener.bind((host, port))
        except OSError as error:
            raise InputError(
                "cannot-listen", f"cannot listen: {error.strerror or error}", at=f"{host}:{port}"
            ) from None
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        shown = f"[{host}]" if ":" in host else host
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server._serve, [listener])  # noqa: SLF001 serve() would take the signal handlers
            while not server.started:
                await anyio.sleep(0.005)
            try:
                yield f"http://{shown}:{listener.getsockname()[1]}"
            finally:
                server.should_exit = server.force_exit = True
