"""The network that upstreams are reached through: no private address unless allowed, bounded answers."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2
from httpcore2 import AnyIOBackend, AsyncNetworkBackend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from httpcore2 import AsyncNetworkStream

    from agentport_gateway.upstreams.upstream import Reach


class PrivateAddressError(httpcore2.ConnectError):
    """Every address of the host is one that upstreams may not have."""


class GuardedNetwork(AsyncNetworkBackend):
    """Connects to public addresses and to allowed networks only.

    The check is on the address that is then connected to, so a name that resolves differently a moment later,
    or a redirect, gains nothing.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = tuple(ipaddress.ip_network(network, strict=False) for network in allowed)
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first permitted address of the host that answers."""
        failure: Exception = PrivateAddressError("the host has no address that upstreams may have")
        for address in await self._addresses(host, port):
            if not self._permitted(address):
                continue
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the interface's
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the interface's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the interface's
    ) -> AsyncNetworkStream:
        """Refuse: an upstream is never a local socket."""
        raise httpcore2.ConnectError("upstreams are reached over the network only")

    async def sleep(self, seconds: float) -> None:
        """Rest between attempts."""
        await self._inner.sleep(seconds)

    @staticmethod
    async def _addresses(host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("the host name does not resolve") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def _permitted(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address.split("%")[0])
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        if any(parsed in network for network in self._allowed if network.version == parsed.version):
            return True
        return parsed.is_global and not parsed.is_multicast


class Delivery:
    """How far one call's request got, filled in by the transport it goes through."""

    __slots__ = ("fault", "reach", "status")

    def __init__(self) -> None:
        self.reach: Reach = "never"
        self.status = 0
        self.fault = ""


_PRIVATE = "it is at a private address, which AGENTPORT_ALLOW_UPSTREAMS does not allow"
NETWORK_FAULT = 599
"""The status of an answer that no server gave."""

current_delivery: ContextVar[Delivery | None] = ContextVar("current_delivery", default=None)


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """A connection pool on the guarded network, for one upstream.

    A fault of the network is noted on the current delivery and answered as HTTP 599, because a client session
    that many calls share must not fall to the fault of one.
    """

    def __init__(self, network: GuardedNetwork, ssl_context: Any, *, max_bytes: int) -> None:
        super().__init__(verify=ssl_context, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
            network_backend=network,
        )
        self._max_bytes = max_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request, noting whether it can have reached the upstream."""
        delivery = current_delivery.get() or Delivery()
        delivery.reach = "unknown"
        try:
            response = await super().handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            delivery.reach = "never"
            delivery.fault = _PRIVATE if isinstance(error.__cause__, PrivateAddressError) else "it cannot be reached"
            return httpx2.Response(NETWORK_FAULT, request=request)
        except httpx2.TimeoutException:
            delivery.fault = "it did not answer in time"
            return httpx2.Response(NETWORK_FAULT, request=request)
        except httpx2.TransportError:
            delivery.fault = "the connection broke"
            return httpx2.Response(NETWORK_FAULT, request=request)
        delivery.status = response.status_code
        # An event stream may be endless; what bounds it is the size of one event, which its reader knows.
        endless = response.headers.get("content-type", "").startswith("text/event-stream")
        response.stream = _Watched(response.stream, None if endless else self._max_bytes, delivery)
        return response


class _Watched(httpx2.AsyncByteStream):
    """A body that ends, with a note, where the network or the size limit ends it."""

    def __init__(self, stream: Any, max_bytes: int | None, delivery: Delivery) -> None:
        self._stream = stream
        self._left = max_bytes
        self._delivery = delivery

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                if self._left is not None:
                    self._left -= len(chunk)
                    if self._left < 0:
                        self._delivery.reach = "answered"
                        self._delivery.fault = "its answer is larger than this gateway accepts"
                        return
                yield chunk
        except httpx2.TransportError:
            self._delivery.fault = "the connection broke in the middle of the answer"
            return
        self._delivery.reach = "answered"

    async def aclose(self) -> None:
        await self._stream.aclose()
