"""A chat bot's end of a webhook: it checks signatures as its documentation says, and can be told to fail."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.gateway.world import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


@dataclass
class Receiver:
    """What arrived, and what is answered."""

    url: str = ""
    status: int = 204
    told: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    hold: asyncio.Event | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        self.bodies.append(body)
        self.told.append(json.loads(body))
        self.headers.append(dict(request.headers))
        self._news.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.status == 302:
            return RedirectResponse("/elsewhere", 302)
        return Response(status_code=self.status)

    async def until(self, count: int) -> None:
        """Wait until so many notices arrived."""
        async with asyncio.timeout(60):
            while len(self.told) < count:
                self._news.clear()
                await self._news.wait()

    def is_signed(self, secret: str, index: int = -1) -> bool:
        """Whether a notice was signed with this secret."""
        headers = self.headers[index]
        said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + self.bodies[index]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        return headers["webhook-signature"] == f"v1,{expected}"


@contextlib.asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    routes = [Route("/hook", one.answer, methods=["POST"]), Route("/elsewhere", one.answer, methods=["GET", "POST"])]
    async with served(Starlette(routes=routes)) as (base, _):
        one.url = f"{base}/hook"
        yield one
