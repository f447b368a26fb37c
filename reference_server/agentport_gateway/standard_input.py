"""Standard input as a sign of life: it ends with whoever started the gateway, however that one came to its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from agentport_gateway.starting import CannotStartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STDIN = 0
_READ_AT_ONCE = 4096


@contextlib.contextmanager
def stopping_at_its_end(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` once when standard input ends; what comes in before is passed over.

    Raises CannotStartError where its end cannot be waited for.
    """
    loop = asyncio.get_running_loop()

    def heard() -> None:
        try:
            said = os.read(_STDIN, _READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:  # a terminal that was hung up
            said = b""
        if not said:
            loop.remove_reader(_STDIN)
            stop()

    try:
        loop.add_reader(_STDIN, heard)
    except (OSError, ValueError):
        raise CannotStartError("--stop-with-stdin needs a pipe, a socket or a terminal as standard input") from None
    try:
        yield
    finally:
        loop.remove_reader(_STDIN)
