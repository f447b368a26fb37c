"""Several serving processes on one socket and one PostgreSQL database, and the one that watches over them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from agentport_gateway.logs import masked
from agentport_gateway.process import Stopped, say, serve_until_stopped, write_ready
from agentport_gateway.standard_input import stopping_at_its_end
from agentport_gateway.starting import CannotStartError

if TYPE_CHECKING:
    import socket

    from agentport_gateway.serve import ServeOptions
    from agentport_gateway.settings import Settings

# No collections until it serves, as in `serve`.
_WORK = "import gc; gc.disable(); from agentport_gateway.workers import work; work()"
_REPLACE_AFTER_SECONDS = 1.0


def supervise(settings: Settings, options: ServeOptions, listener: socket.socket) -> Stopped:
    """Serve with `options.workers` processes until a signal; one that dies is replaced."""
    try:
        return asyncio.run(_Supervisor(settings, options, listener).run())
    except CannotStartError as error:
        sys.stderr.write(f"{masked(str(error))}\n")
        return Stopped.FAILED


def work() -> None:
    """Serve as one of several: what to serve comes in by standard input, so that no secret is an argument.

    Standard input ends with the process that watches over this one, and this one with it.
    """
    from agentport_gateway.listening import SharedListener
    from agentport_gateway.serve import ServeOptions
    from agentport_gateway.settings import Settings

    given = json.loads(sys.stdin.readline())
    listener = SharedListener(fileno=given["listener"])
    told = given["told"]

    def tell() -> None:
        os.write(told, b".")
        os.close(told)

    options = ServeOptions(quiet=True, stop_with_stdin=True)
    stopped = serve_until_stopped(Settings(**given["settings"]), options, listener, tell=tell)
    sys.exit(0 if stopped is not Stopped.FAILED else 1)


class _Supervisor:
    def __init__(self, settings: Settings, options: ServeOptions, listener: socket.socket) -> None:
        self._settings = settings.model_copy(update={"stateless_sessions": True})
        self._options = options
        self._listener = listener
        self._workers: set[subprocess.Popen[bytes]] = set()
        self._stop = asyncio.Event()
        self._interrupted = False

    async def run(self) -> Stopped:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled, number)
        ready = await self._prepare()
        gc.enable()
        watches = []
        try:
            started = [await self._start() for _ in range(self._options.workers)]
            watches = [asyncio.create_task(self._watch(worker)) for worker in started]
            if self._options.ready_file is not None:
                write_ready(self._options.ready_file, ready)
            say(self._settings, self._options, ready)
            with stopping_at_its_end(self._stop.set) if self._options.stop_with_stdin else contextlib.nullcontext():
                await self._stop.wait()
        except _WorkerFailedError:
            return Stopped.FAILED
        finally:
            for worker in self._workers:
                worker.send_signal(signal.SIGTERM)
            await asyncio.gather(*(asyncio.to_thread(_wait, worker) for worker in self._workers))
            for watch in watches:
                watch.cancel()
            if self._options.ready_file is not None:
                self._options.ready_file.unlink(missing_ok=True)
        return Stopped.INTERRUPTED if self._interrupted else Stopped.TERMINATED

    def _signalled(self, number: int) -> None:
        self._interrupted = self._interrupted or number == signal.SIGINT
        self._stop.set()

    async def _prepare(self) -> dict[str, Any]:
        """Bring the database to the present schema, and make the demonstration's data, before anybody serves."""
        from agentport_gateway.app import build

        application = build(self._settings)
        async with application.living():
            return await application.ready_facts()

    async def _start(self) -> subprocess.Popen[bytes]:
        heard, told = os.pipe()
        given = {
            "settings": self._settings.model_dump(mode="json"),
            "listener": self._listener.fileno(),
            "told": told,
        }
        worker = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once; our own program
            [sys.executable, "-c", _WORK], stdin=subprocess.PIPE, pass_fds=(self._listener.fileno(), told)
        )
        os.close(told)
        self._workers.add(worker)
        try:
            await asyncio.to_thread(_feed, worker, given)
            if not await asyncio.to_thread(os.read, heard, 1):
                raise _WorkerFailedError
        finally:
            os.close(heard)
        return worker

    async def _watch(self, worker: subprocess.Popen[bytes]) -> None:
        while True:
            await asyncio.to_thread(_wait, worker)
            self._workers.discard(worker)
            if self._stop.is_set():
                return
            await asyncio.sleep(_REPLACE_AFTER_SECONDS)
            worker = await self._start()


class _WorkerFailedError(Exception):
    """A worker ended before it served."""


def _feed(worker: subprocess.Popen[bytes], given: dict[str, Any]) -> None:
    if worker.stdin is not None:
        worker.stdin.write(json.dumps(given).encode() + b"\n")
        worker.stdin.flush()


def _wait(worker: subprocess.Popen[bytes]) -> None:
    worker.wait()
    if worker.stdin is not None:
        worker.stdin.close()
