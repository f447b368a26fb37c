"""HTTP answers of bounded size: a gateway that sends for ever is told apart, and fills no memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2

LARGEST = 64 * 1024 * 1024
"""Bytes of one answer."""


class Bounded(httpx2.AsyncBaseTransport):
    """A transport whose answers break off, with an error that says so, when they grow too large."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        response.stream = _Counted(response.stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > LARGEST:
                raise httpx2.ReadError(f"an answer of more than {LARGEST // 1024 // 1024} MiB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
