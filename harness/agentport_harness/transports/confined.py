"""Runs one command with nothing but doors to the outside: a program of its own, standard library only.

    [unshare -rn] python confined.py [PORT=SOCKET…] -- COMMAND…

In a network namespace of its own it brings loopback up, and for each door it listens on 127.0.0.1:PORT and passes
everything on to the UNIX socket SOCKET, which is the one thing that reaches across. Whatever the command started,
however detached, is ended with it: on Linux this process adopts orphans. Exits with the command's own code.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_ENDED_BY_SIGNAL = 128


def loopback_up() -> None:
    """Bring ``lo`` up in this network namespace."""
    import fcntl
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, _SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def adopt_orphans() -> None:
    """Become the parent of whatever the command leaves behind, where the platform can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Be asked to end when whoever started this ends, however suddenly, where the platform can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def end_descendants() -> None:
    """Kill every process below this one; those adopted on the way too."""
    for _ in range(100):
        found = _descendants()
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _descendants() -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, parent = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.parent.name)] = int(parent)
    children: dict[int, list[int]] = {}
    for pid, above in parents.items():
        children.setdefault(above, []).append(pid)
    found, waiting = [], [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _open_door(port: int, path: str) -> None:
    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(path)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        for each in (writer, far_writer):
            each.close()

    await asyncio.start_server(through, "127.0.0.1", port)


async def _run(doors: list[str], command: list[str]) -> int:
    for door in doors:
        port, _, path = door.partition("=")
        await _open_door(int(port), path)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before there is anything that could be left behind
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    process = await asyncio.create_subprocess_exec(*command)
    ended, stopped = asyncio.ensure_future(process.wait()), asyncio.ensure_future(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        process.kill()
        await ended
    stopped.cancel()
    code = ended.result()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)  # lines that are cut off now
    return code if code >= 0 else _ENDED_BY_SIGNAL - code


def main(arguments: list[str]) -> int:
    """Run the command that follows ``--``."""
    at = arguments.index("--")
    doors, command = arguments[:at], arguments[at + 1 :]
    if doors:
        loopback_up()
    adopt_orphans()
    end_with_parent()
    try:
        return asyncio.run(_run(doors, command))
    finally:
        end_descendants()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
