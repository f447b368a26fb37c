"""The front door: host and origin first, then `/mcp`, REST, OAuth or the pages. A plain ASGI application."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agentport_gateway.domain.exact_json import InexactJsonError, parse
from agentport_gateway.store import accounts
from agentport_gateway.surfaces.body import BodyTooLargeError, ClientGoneError, read_body, replaying, respond

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.types import ASGIApp, Receive, Scope, Send

    from agentport_gateway.gateway import Gateway

_REST = ("/api/", "/health", "/.well-known/")
_OAUTH = ("/register", "/token", "/revoke")
_METADATA = "/.well-known/oauth-"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Front:
    """The whole gateway as one ASGI application; `gateway` gives access to its parts."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        mcp: ASGIApp,
        lifespan: Callable[[], AbstractAsyncContextManager[None]],
        close_streams: Callable[[], None],
    ) -> None:
        self.gateway = gateway
        self._mcp = mcp
        self._rest: ASGIApp | None = None
        self._web: ASGIApp | None = None
        self._oauth: ASGIApp | None = None
        self._lifespan = lifespan
        self._close_streams = close_streams
        base = urlsplit(gateway.settings.base_url)
        self._hosts = {*_LOOPBACK, *gateway.settings.allowed_hosts, base.netloc, base.hostname or ""}
        self._local = _without_port(base.netloc) in _LOOPBACK
        self._origins = {f"{base.scheme}://{base.netloc}", *gateway.settings.allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if not self._host_is_ours(headers.get(b"host", b"").decode("latin-1")):
            await respond(send, 421, {"detail": "this host name is not served here"})
            return
        if not self._origin_is_ours(headers.get(b"origin")):
            await respond(send, 403, {"detail": "this origin may not call the gateway"})
            return
        if scope["path"] in ("/mcp", "/mcp/"):
            await self._mcp(scope, receive, send)
            return
        await self._serve_rest_or_page(scope, headers, receive, send)

    def living(self) -> AbstractAsyncContextManager[None]:
        """The time between start and end, for those who need the parts and no server."""
        return self._lifespan()

    async def ready_facts(self) -> dict[str, Any]:
        """What the ready file says; with `demo`, after making the demonstration's data."""
        base_url = self.gateway.settings.base_url
        facts: dict[str, Any] = {"base_url": base_url, "mcp_url": f"{base_url}/mcp", "pid": os.getpid()}
        settings = self.gateway.settings
        if not settings.demo and not await self.gateway.database.read(accounts.anyone_registered):
            facts |= {"setup_url": f"{base_url}/setup", "setup_code": settings.setup_code}
        if self.gateway.settings.demo:
            from agentport_gateway.demo import furnish

            facts |= await furnish(self.gateway)
        return facts

    def stop(self, *, at_once: bool = False) -> None:
        """Let everything that waits answer now, because the server is about to stop; `at_once` it waits for no run."""
        self.gateway.waits.release()
        self._close_streams()
        if at_once:
            self.gateway.runs.hurry()

    async def _serve_rest_or_page(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        limit = self.gateway.settings.max_body_bytes
        if scope["method"] in ("POST", "PUT", "PATCH", "DELETE"):
            try:
                body = await read_body(headers, receive, limit)
                if body and headers.get(b"content-type", b"").startswith(b"application/json"):
                    parse(body)
            except BodyTooLargeError:
                await respond(send, 413, {"detail": f"the body is larger than {limit} bytes"})
                return
            except ClientGoneError:
                return
            except InexactJsonError as error:
                await respond(send, 400, {"detail": str(error)})
                return
            receive = replaying(body, receive)
        await self._application(scope["path"])(scope, receive, send)

    def _application(self, path: str) -> ASGIApp:
        if path in _OAUTH or path.startswith(_METADATA):
            return self._oauth_app()
        return self._rest_app() if path.startswith(_REST) else self._web_app()

    def _rest_app(self) -> ASGIApp:
        """Built on the first request that needs it: agents never do, and it costs a quarter of the start."""
        if self._rest is None:
            from agentport_gateway.surfaces.rest.application import build_rest

            self._rest = build_rest(self.gateway)
        return self._rest

    def _oauth_app(self) -> ASGIApp:
        """Built when the first client asks how to connect."""
        if self._oauth is None:
            from agentport_gateway.surfaces.oauth.application import build_oauth

            self._oauth = build_oauth(self.gateway)
        return self._oauth

    def _web_app(self) -> ASGIApp:
        """Built on the first visit of a browser."""
        if self._web is None:
            from agentport_gateway.surfaces.web.application import build_web

            self._web = build_web(self.gateway)
        return self._web

    def _host_is_ours(self, host: str) -> bool:
        return host in self._hosts or _without_port(host) in self._hosts

    def _origin_is_ours(self, origin: bytes | None) -> bool:
        if origin is None:
            return True
        given = origin.decode("latin-1")
        if given in self._origins:
            return True
        scheme, _, host = given.partition("://")
        # A development gateway takes pages from any port of this machine; a public one only its own.
        return self._local and scheme in ("http", "https") and _without_port(host) in _LOOPBACK

    async def _live(self, receive: Receive, send: Send) -> None:
        context: Any = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    context = self._lifespan()
                    await context.__aenter__()
                except Exception as error:
                    await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
                    raise
                await send({"type": "lifespan.startup.complete"})
            else:
                if context is not None:
                    await context.__aexit__(None, None, None)
                await send({"type": "lifespan.shutdown.complete"})
                return


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
