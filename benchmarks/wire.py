"""The leanest client there is: one keep-alive connection, hand-written requests, bodies read to the end.

An HTTP library would cost more than the server under measurement and hide the difference.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

MODERN = "2026-07-28"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Latencies in seconds and the rate over all connections."""

    p50: float
    p95: float
    rate: float


class Wire:
    """One connection to one server."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path
        self._more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())

    async def __aenter__(self) -> Wire:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**22)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        """Fetch something; its status and body."""
        return await self.post(b"", path=path, method="GET")

    async def post(
        self, body: bytes, path: str | None = None, more: str = "", method: str = "POST"
    ) -> tuple[int, bytes]:
        """Send a request; its status and body."""
        head = (
            f"{method} {path or self._path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            f"{self._more}{more}Content-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        raw = await self._reader.readuntil(b"\r\n\r\n")
        lines = raw.decode("latin-1").lower().split("\r\n")
        status = int(lines[0].split()[1])
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        if "content-length" in fields:
            return status, await self._reader.readexactly(int(fields["content-length"]))
        chunks = b""
        while size := int(await self._reader.readline(), 16):
            chunks += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return status, chunks

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call an MCP tool at 2026-07-28; its result."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        params = {"_meta": meta, "name": tool, "arguments": arguments}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        more = f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
        status, answer = await self.post(body, more=more)
        if status != 200:
            raise RuntimeError(f"HTTP {status}: {answer[:300]!r}")
        if not answer.startswith(b"{"):
            answer = answer.split(b"data: ")[-1].split(b"\r\n")[0]
        result: dict[str, Any] = json.loads(answer)["result"]
        return result


async def measure(
    url: str,
    headers: dict[str, str],
    make: Callable[[int], tuple[str, dict[str, Any]]],
    *,
    connections: int,
    seconds: float,
) -> Measured:
    """Call as fast as the server answers, over so many connections, for so long (after a warm-up)."""
    latencies: list[float] = []
    numbers = iter(range(10**9))
    start = time.perf_counter() + 0.5
    stop = start + seconds

    async def worker() -> None:
        async with Wire(url, headers) as wire:
            while (began := time.perf_counter()) < stop:
                tool, arguments = make(next(numbers))
                result = await wire.call(tool, arguments)
                if result.get("isError"):
                    raise RuntimeError(str(result)[:300])
                if began >= start:
                    latencies.append(time.perf_counter() - began)

    await asyncio.gather(*(worker() for _ in range(connections)))
    return summary(latencies, seconds)


def summary(latencies: list[float], seconds: float) -> Measured:
    """The figures of a list of latencies."""
    ordered = sorted(latencies)
    return Measured(p50=statistics.median(ordered), p95=ordered[int(len(ordered) * 0.95)], rate=len(ordered) / seconds)
