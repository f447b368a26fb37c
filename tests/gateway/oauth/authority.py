"""A remote MCP server with an authorization server of its own, on loopback, that can be told to misbehave."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx2
import mcp_types as types
from mcp.server.lowlevel import Server
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from tests.gateway.world import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


@dataclass
class Authority:
    """What it knows, and how it behaves."""

    base: str = ""
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    good: set[str] = field(default_factory=set)
    refreshable: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    calls: int = 0
    issued: int = 0
    lasting: int | None = 3600
    auth_methods: tuple[str, ...] = ("none", "client_secret_post")
    names_metadata: bool = True
    metadata: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    broken: bool = False
    documents_at: str | None = None
    """Where documents of clients are really read, whatever host their address names."""

    @property
    def url(self) -> str:
        return f"{self.base}/mcp"

    def revoke_access(self) -> None:
        self.good.clear()

    async def protected(self, _request: Request) -> Response:
        return JSONResponse({"resource": self.url, "authorization_servers": [self.base], **self.resource})

    async def server(self, _request: Request) -> Response:
        found = {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "registration_endpoint": f"{self.base}/register",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": list(self.auth_methods),
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }
        return JSONResponse({name: value for name, value in found.items() if value is not None})

    async def register(self, request: Request) -> Response:
        given = await request.json()
        client_id = f"client-{len(self.clients)}"
        registered = {**given, "client_id": client_id}
        if given["token_endpoint_auth_method"] != "none":
            registered["client_secret"] = "a secret & more"
        self.clients[client_id] = registered
        return JSONResponse(registered, 201)

    async def authorize(self, request: Request) -> Response:
        given = dict(request.query_params)
        if given["client_id"].startswith("https://"):
            self.clients[given["client_id"]] = await self._document(given["client_id"])
        assert given["redirect_uri"] in self.clients[given["client_id"]]["redirect_uris"]
        assert given["code_challenge_method"] == "S256"
        assert given["resource"] == self.url
        code = f"code-{len(self.codes)}"
        self.codes[code] = given
        answer = {"code": code, "state": given["state"], "iss": self.base}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(answer)}")

    async def token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.asked.append(form)
        if self.hold is not None:
            await self.hold.wait()
        if self.broken:
            return Response("broken", 503)
        client = self.clients.get(form["client_id"])
        if client is None or form.get("client_secret") != self._secret(client, request):
            return JSONResponse({"error": "invalid_client"}, 401)
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refreshable:
                return JSONResponse({"error": "invalid_grant"}, 400)
            self.refreshable.discard(form["refresh_token"])
            return self._issue()
        wanted = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if wanted is None or challenge != wanted["code_challenge"] or form["redirect_uri"] != wanted["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return self._issue()

    async def _document(self, client_id: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(base_url=self.documents_at or "") as http:
            answer = await http.get(urlsplit(client_id).path, headers={"Host": urlsplit(client_id).netloc})
        found: dict[str, Any] = answer.json()
        assert found["client_id"] == client_id
        assert "secret" not in answer.text
        return found

    def _secret(self, client: dict[str, Any], request: Request) -> str | None:
        if client["token_endpoint_auth_method"] != "client_secret_basic":
            return client.get("client_secret")
        expected = base64.b64encode(f"{client['client_id']}:a%20secret%20%26%20more".encode()).decode()
        assert request.headers["authorization"] == f"Basic {expected}"
        return None

    def _issue(self) -> Response:
        self.issued += 1
        access, refresh = f"access-{self.issued}", f"refresh-{self.issued}"
        self.good.add(access)
        self.refreshable.add(refresh)
        answer = {"access_token": access, "token_type": "bearer", "refresh_token": refresh}
        if self.lasting is not None:
            answer["expires_in"] = self.lasting
        return JSONResponse(answer)


@contextlib.asynccontextmanager
async def authority() -> AsyncIterator[Authority]:
    """A running one; its MCP server has the tool `act` and serves only tokens that are good."""
    one = Authority()
    tool = types.Tool(name="act", description="Act", input_schema={"type": "object"})

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[tool])

    async def call_tool(_context: Any, _params: types.CallToolRequestParams) -> types.CallToolResult:
        one.calls += 1
        return types.CallToolResult(content=[types.TextContent(text=f"acted {one.calls}")])

    inner = Server("granted", on_list_tools=list_tools, on_call_tool=call_tool).streamable_http_app()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
            one.seen.append(token)
            if token not in one.good:
                named = f'Bearer resource_metadata="{one.base}/.well-known/oauth-protected-resource/mcp"'
                headers = {"WWW-Authenticate": named if one.names_metadata else "Bearer"}
                await JSONResponse({"error": "invalid_token"}, 401, headers=headers)(scope, receive, send)
                return
            scope = {**scope, "path": "/mcp", "root_path": ""}
        await inner(scope, receive, send)

    routes = [
        Route("/.well-known/oauth-protected-resource/mcp", one.protected),
        Route("/.well-known/oauth-authorization-server", one.server),
        Route("/register", one.register, methods=["POST"]),
        Route("/authorize", one.authorize),
        Route("/token", one.token, methods=["POST"]),
        Mount("/mcp", guarded),
        Mount("/", guarded),
    ]
    application = Starlette(routes=routes, lifespan=lambda _app: inner.router.lifespan_context(inner))
    async with served(application) as (base, _):
        one.base = base
        yield one
