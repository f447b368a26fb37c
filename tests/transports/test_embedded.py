"""The embedded gateway is there as long as the process that started it, and no longer."""

from __future__ import annotations

import socket
import subprocess
import sys

STARTING = """
import anyio
from agentport_harness.transports.embedded import embedded_gateway

async def main():
    async with embedded_gateway() as gateway:
        print(gateway.base_url, flush=True)
        await anyio.sleep_forever()

anyio.run(main)
"""


def test_it_ends_with_a_process_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        port = int(base_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            process.kill()
            assert connection.recv(1) == b""
