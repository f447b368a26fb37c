"""A transport that signs what goes through it with a grant, and tries once more when the upstream says 401."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2

from agentport_gateway.upstreams.guard import NETWORK_FAULT, current_delivery

if TYPE_CHECKING:
    from agentport_gateway.upstreams.grants import Signer

_REFUSED = 401


class SigningTransport(httpx2.AsyncBaseTransport):
    """The inner transport, with the token of the moment on every request."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, signer: Signer) -> None:
        self._inner = inner
        self._signer = signer

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request signed. A refused one was not served, so that it may be sent again."""
        token = await self._signer.token()
        if token is None:
            return _nobody_signed_in(request)
        body = await request.aread()
        answer = await self._inner.handle_async_request(_signed(request, body, token))
        if answer.status_code != _REFUSED:
            return answer
        token = await self._signer.token_instead_of(token)
        if token is None:
            return answer
        await answer.aclose()
        return await self._inner.handle_async_request(_signed(request, body, token))

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._inner.aclose()


def _signed(request: httpx2.Request, body: bytes, token: str) -> httpx2.Request:
    headers = request.headers.copy()
    headers["Authorization"] = f"Bearer {token}"
    return httpx2.Request(
        request.method, request.url, headers=headers, content=body or None, extensions=request.extensions
    )


def _nobody_signed_in(request: httpx2.Request) -> httpx2.Response:
    delivery = current_delivery.get()
    if delivery is not None:
        delivery.reach = "never"
        delivery.fault = "nobody is signed in to it: use agentport__start_oauth_flow and share its address"
    return httpx2.Response(NETWORK_FAULT, request=request)
