"""The serving process: start, tell who waits for it, stop in an orderly way."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import gc
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from agentport_gateway.app import build
from agentport_gateway.catalog.reading import CatalogError
from agentport_gateway.listening import accepted_at_once
from agentport_gateway.logs import configure, masked
from agentport_gateway.standard_input import stopping_at_its_end
from agentport_gateway.starting import CannotStartError
from agentport_gateway.tracing import CannotTraceError, export_spans

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from agentport_gateway.serve import ServeOptions
    from agentport_gateway.settings import Settings
    from agentport_gateway.surfaces.front import Front

_LAST_ANSWERS_SECONDS = 8
_THREAD_SWITCH_SECONDS = 0.0005


class Stopped(enum.Enum):
    """Why the process ended."""

    TERMINATED = "terminated"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


def serve_until_stopped(
    settings: Settings, options: ServeOptions, listener: Any, *, tell: Callable[[], None] | None = None
) -> Stopped:
    """Serve on the listening socket until a signal; `tell` is called once it answers, instead of saying so."""
    raise_descriptor_limit()
    configure(settings, quiet=options.quiet)
    end_spans = None
    try:
        end_spans = export_spans() if settings.traces else None
        return _serve(settings, options, listener, tell)
    except (CannotTraceError, CannotStartError, CatalogError) as error:
        sys.stderr.write(f"{masked(str(error))}\n")
        return Stopped.FAILED
    finally:
        if end_spans is not None:
            end_spans()


def _serve(settings: Settings, options: ServeOptions, listener: Any, tell: Callable[[], None] | None) -> Stopped:
    # The writer's thread asks for the interpreter many times a transaction; by default each time may take 5 ms.
    sys.setswitchinterval(_THREAD_SWITCH_SECONDS)
    application = build(settings)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        backlog=accepted_at_once(listener),
        lifespan="off",
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        timeout_keep_alive=75,
        server_header=False,
        ws="none",
    )
    server = _Server(config, application, settings, options, tell)
    if not hasattr(signal, "SIGTERM"):  # pragma: no cover - POSIX has it
        return Stopped.FAILED
    asyncio.run(server.serve_to_the_end(listener))
    if not server.started:
        return Stopped.FAILED
    return Stopped.INTERRUPTED if server.interrupted else Stopped.TERMINATED


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        application: Front,
        settings: Settings,
        options: ServeOptions,
        tell: Callable[[], None] | None,
    ) -> None:
        super().__init__(config)
        self._application = application
        self._settings = settings
        self._options = options
        self._tell = tell
        self.interrupted = False
        self._failure: CannotStartError | None = None

    async def serve_to_the_end(self, listener: Any) -> None:
        """Serve, with signals handled here so that they end the process and not the caller's program."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            # Its life is around uvicorn's, not inside: what keeps it from starting is told, and every end is orderly.
            with stopping_at_its_end(self._abandoned) if self._options.stop_with_stdin else contextlib.nullcontext():
                async with self._application.living():
                    await self._serve(sockets=[listener])
            if self._failure is not None:
                raise self._failure
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
            if self._options.ready_file is not None:
                self._options.ready_file.unlink(missing_ok=True)

    def _abandoned(self) -> None:
        self.handle_exit(signal.SIGTERM, None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's interface
        """Begin to stop: parked waits answer first, then connections close. A second signal does not wait."""
        if sig == signal.SIGINT:
            self.interrupted = True
        self._application.stop(at_once=self.should_exit)
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Open the doors, then say so."""
        await super().startup(sockets=sockets)
        # From here on there is garbage; what is there now is none, and is not looked through again.
        gc.freeze()
        gc.enable()
        if self.should_exit:
            return
        if self._tell is not None:
            self._tell()
            return
        ready = await self._application.ready_facts()
        try:
            if self._options.ready_file is not None:
                write_ready(self._options.ready_file, ready)
        except CannotStartError as error:
            self._failure = error
            self.should_exit = True
            return
        say(self._settings, self._options, ready)


def raise_descriptor_limit() -> int | None:
    """Take as many file descriptors as the system gives: every parked await is a connection.

    How many those are; None for as many as one likes.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems name a limit that they then do not give.
    for wanted in (hard, 65_536, 10_240):
        if soft == resource.RLIM_INFINITY or soft >= wanted > 0:
            break
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            break
    given = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if given == resource.RLIM_INFINITY else given


def say(settings: Settings, options: ServeOptions, ready: dict[str, Any]) -> None:
    """Tell whoever started the gateway where it is."""
    if options.quiet:
        return
    limit = raise_descriptor_limit()
    lines = [
        f"AgentPort reference gateway: {ready['base_url']} (MCP at {ready['mcp_url']}). Ctrl-C stops it.",
        f"It may hold {f'{limit:,}' if limit is not None else 'any number of'} connections and files open at once.",
    ]
    if "setup_code" in ready:
        lines += [
            "",
            f"Nobody has signed up yet. Open {ready['setup_url']}#{ready['setup_code']} in your browser,",
            f"or give this set-up code there: {ready['setup_code']}",
            "",
        ]
    if settings.demo:
        from agentport_gateway.demo import client_commands

        lines += client_commands(ready)
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def write_ready(path: Path, ready: dict[str, Any]) -> None:
    """Tell scripts where the gateway is. Raises CannotStartError."""
    try:
        _write_whole(path, ready)
    except OSError as error:
        raise CannotStartError(f"the ready file {path} cannot be written: {error.strerror}") from None


def _write_whole(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file that only its owner reads and that nobody sees half-written."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.write("\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
