"""Running a gateway in the foreground. Importing this is free: what it needs is imported when it runs."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from agentport_gateway.settings import Settings

DEFAULT_PORT = 4747
_EXIT_USAGE = 2
_EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How to serve. None leaves a choice to the environment (AGENTPORT_…) or to the default.

    `port` 0 takes a free one. `ready_file` is written once the gateway answers and removed at the end.
    `approval_expiry_seconds` is the instance's default and may be a fraction. With `stop_with_stdin` the end of
    standard input stops it as SIGTERM does.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    database_url: str | None = None
    demo: bool = False
    ready_file: Path | None = None
    organisations: int = 1
    base_url: str | None = None
    poll_budget_seconds: float | None = None
    approval_expiry_seconds: float | None = None
    upstream_timeout_seconds: float | None = None
    max_pending_per_key: int | None = None
    progress_interval_seconds: float | None = None
    allow_upstreams: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    workers: int = 1
    stop_with_stdin: bool = False
    quiet: bool = False


def run(options: ServeOptions) -> int:
    """Serve until a signal; the exit code: 0 after SIGTERM, 130 after Ctrl-C, 2 when it cannot start."""
    # What starting makes is there until the end: looking through it for what is not costs a fifth of the start.
    gc.disable()
    try:
        return _run(options)
    finally:
        gc.enable()


def _run(options: ServeOptions) -> int:
    import tempfile

    from agentport_gateway.listening import CannotListenError, bind

    try:
        listener = bind(options.host, options.port)
    except CannotListenError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_USAGE
    with listener:
        host = f"[{options.host}]" if ":" in options.host else options.host
        base_url = (options.base_url or f"http://{host}:{listener.getsockname()[1]}").rstrip("/")
        if not options.demo or options.database_url is not None:
            return _serve(options, listener, base_url, None)
        with tempfile.TemporaryDirectory(prefix="agentport-demo-") as folder:
            return _serve(options, listener, base_url, Path(folder))


def _serve(options: ServeOptions, listener: socket.socket, base_url: str, folder: Path | None) -> int:
    from agentport_gateway.process import Stopped, serve_until_stopped
    from agentport_gateway.settings_source import BadSettingsError, settings_for

    try:
        settings: Settings = settings_for(options, base_url=base_url, folder=folder)
    except BadSettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_USAGE
    if options.workers > 1:
        from agentport_gateway.workers import supervise

        if settings.database_url.startswith("sqlite"):
            sys.stderr.write("several workers need PostgreSQL: give --database-url postgresql://…\n")
            return _EXIT_USAGE
        stopped = supervise(settings, options, listener)
    else:
        from agentport_gateway.owning import CannotOwnError, owned

        try:
            with owned(settings.database_url):
                stopped = serve_until_stopped(settings, options, listener)
        except CannotOwnError as error:
            sys.stderr.write(f"{error}\n")
            return _EXIT_USAGE
    match stopped:
        case Stopped.INTERRUPTED:
            return _EXIT_INTERRUPTED
        case Stopped.FAILED:
            return _EXIT_USAGE
        case _:
            return 0
