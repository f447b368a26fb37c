"""Who accepts connections that come at once: one process all of them, several processes one in each turn."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter

import pytest

from agentport_gateway.listening import SharedListener, accepted_at_once, bind

pytestmark = pytest.mark.anyio

MANY = 16


async def most_accepted_in_a_turn(listener: socket.socket) -> int:
    """Of `MANY` connections that wait, how many an asyncio server takes in one turn of its loop."""
    loop = asyncio.get_running_loop()
    turns = 0
    accepted: Counter[int] = Counter()
    all_there = asyncio.Event()

    def turn() -> None:
        nonlocal turns
        turns += 1
        if not all_there.is_set():
            loop.call_soon(turn)

    class Accepting(type(listener)):  # type: ignore[misc]
        def accept(self) -> tuple[socket.socket, object]:
            found: tuple[socket.socket, object] = super().accept()
            accepted[turns] += 1
            if accepted.total() == MANY:
                all_there.set()
            return found

    with Accepting(fileno=listener.detach()) as counting:
        address = counting.getsockname()
        clients = [socket.create_connection(address, timeout=20) for _ in range(MANY)]
        turn()
        server = await loop.create_server(asyncio.Protocol, sock=counting, backlog=accepted_at_once(counting))
        await asyncio.wait_for(all_there.wait(), 20)
        for client in clients:
            client.close()
        server.close()
    return max(accepted.values())


async def test_a_process_alone_takes_all_that_wait() -> None:
    assert await most_accepted_in_a_turn(bind("127.0.0.1", 0)) == MANY


async def test_one_of_several_processes_takes_one_at_a_time() -> None:
    assert await most_accepted_in_a_turn(SharedListener(fileno=bind("127.0.0.1", 0).detach())) == 1
