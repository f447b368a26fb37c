"""The probe's huge answer to somebody who goes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from agentport_harness.transports.probe import Probe, ProbeTool

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_huge_answer_lets_the_server_hear_after_each_piece_that_the_line_is_gone() -> None:
    probe = Probe()
    probe.serve("key", (ProbeTool(fault="huge"),), lambda _name, _arguments: None)
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "act"}}
    asking = {"type": "http", "method": "POST", "path": "/key/mcp", "query_string": b"", "headers": []}
    heard = asyncio.Event()
    unheard = 0

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": json.dumps(call).encode()}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal unheard
        unheard += not heard.is_set()
        if len(message.get("body", b"")) > 1000:
            asyncio.get_running_loop().call_soon(heard.set)

    await probe(asking, receive, send)

    assert unheard == 3  # the head, what comes before the first piece, and that piece
