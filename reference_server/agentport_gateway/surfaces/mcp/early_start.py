"""Waits at 2026-07-28 begin to answer after a moment: what is in between, and the client, see that they were taken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Message, Send

AFTER_SECONDS = 1.0
"""The SDK alone would show nothing for 15 s; what is answered before this is plain JSON."""

_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class EarlyStart:
    """A `send` that begins a stream by itself when nothing was sent in time, and then carries on with it."""

    __slots__ = ("_begun", "_is_one_answer", "_send", "_timer")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun: asyncio.Task[None] | None = None
        self._is_one_answer = False
        self._timer = asyncio.get_running_loop().call_later(AFTER_SECONDS, self._begin)

    async def __call__(self, message: Message) -> None:
        """Send the message, in the stream if that has begun."""
        if self._begun is None:
            self._timer.cancel()
            await self._send(message)
            return
        await self._begun
        if message["type"] == "http.response.start":
            self._is_one_answer = (b"content-type", b"application/json") in message["headers"]
        elif self._is_one_answer and message.get("body"):
            event = b"event: message\r\ndata: " + message["body"] + b"\r\n\r\n"
            await self._send({**message, "body": event})
        else:
            await self._send(message)

    def end(self) -> None:
        """Begin nothing any more."""
        self._timer.cancel()

    def _begin(self) -> None:
        self._begun = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await self._send({"type": "http.response.body", "body": b": waiting\r\n\r\n", "more_body": True})
