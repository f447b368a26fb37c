"""One request to somebody else's server and its whole answer: guarded, bounded, and never redirected."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2

from agentport_gateway.upstreams.guard import Delivery, GuardedNetwork, GuardedTransport, current_delivery
from agentport_gateway.upstreams.tls import trusted

if TYPE_CHECKING:
    from agentport_gateway.settings import Settings

_SECONDS = 10.0


class FetchError(Exception):
    """No answer came; the text says why, and is fit for people."""


async def fetch(settings: Settings, request: httpx2.Request, *, most: int) -> httpx2.Response:
    """The answer, whatever its status. Raises FetchError; more than `most` bytes are not read."""
    transport = GuardedTransport(GuardedNetwork(settings.allow_upstreams), trusted(), max_bytes=most)
    delivery = Delivery()
    token = current_delivery.set(delivery)
    timeout = httpx2.Timeout(_SECONDS, connect=settings.upstream_connect_seconds)
    try:
        async with asyncio.timeout(_SECONDS * 2), httpx2.AsyncClient(transport=transport, timeout=timeout) as http:
            request.headers["Accept-Encoding"] = "identity"
            request.extensions.setdefault("timeout", timeout.as_dict())
            answer = await http.send(request, follow_redirects=False)
    except TimeoutError as error:
        raise FetchError("it did not answer in time") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise FetchError("it cannot be asked") from error
    finally:
        current_delivery.reset(token)
    if delivery.fault:
        raise FetchError(delivery.fault)
    return answer
