"""The listening socket, bound before anything slow happens."""

from __future__ import annotations

import errno
import socket

_NOT_HERE = "is not an address of this machine: choose another with --host"


class CannotListenError(Exception):
    """The address cannot be had; the text says which and what to do."""


LONGEST_QUEUE = 2048
"""How many connections may wait to be accepted."""


class SharedListener(socket.socket):
    """A socket that listens already, and that several processes accept from.

    Each accepts one connection at a time, so that those which come at once are not all taken by whoever is first.
    """

    def listen(self, backlog: int = LONGEST_QUEUE, /) -> None:
        """Listen as before."""


def accepted_at_once(listener: socket.socket) -> int:
    """How many connections to accept in a row, which asyncio calls the backlog: it is also how many may wait.

    That is left as it is for a listener that is shared.
    """
    return 1 if isinstance(listener, SharedListener) else LONGEST_QUEUE


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotListenError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError:
        raise CannotListenError(f"{host} {_NOT_HERE}") from None
    # asyncio sets TCP_NODELAY only on sockets that name the protocol; without it every answer takes 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(LONGEST_QUEUE)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListenError(f"port {port} is in use: choose another with --port") from None
        if error.errno == errno.EACCES:
            raise CannotListenError(f"port {port} needs more rights: choose another with --port") from None
        raise CannotListenError(f"{host} {_NOT_HERE}") from None
    except OverflowError:
        listener.close()
        raise CannotListenError(f"port {port} is above 65535: choose another with --port") from None
    listener.setblocking(False)
    return listener
