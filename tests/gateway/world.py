"""A gateway to test against: real HTTP on loopback, a clock that tests move, and an upstream that records."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import mcp_types as types
import uvicorn
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

from agentport_gateway.app import build
from agentport_gateway.auth.hashing import secret_hash
from agentport_gateway.demo import furnish
from agentport_gateway.listening import bind
from agentport_gateway.settings import Settings
from agentport_gateway.store import accounts, integrations, policies
from agentport_gateway.system import RandomIds

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from agentport_gateway.gateway import Gateway
    from agentport_gateway.surfaces.front import Front

CALL = "agentport__call_tool"
AWAIT = "agentport__await_approval"
BOTH_REVISIONS = ("legacy", "2026-07-28")


class HandClock:
    """A clock that stands still until it is moved; what is due then is called back."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
        self._due: list[tuple[datetime, int, _Timer]] = []
        self._count = itertools.count()

    def now(self) -> datetime:
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> _Timer:
        timer = _Timer(callback)
        heapq.heappush(self._due, (self._now + timedelta(seconds=seconds), next(self._count), timer))
        return timer

    def move(self, **by: float) -> None:
        self._now += timedelta(**by)
        while self._due and self._due[0][0] <= self._now:
            heapq.heappop(self._due)[2].ring()


@dataclass(slots=True)
class _Timer:
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True

    def ring(self) -> None:
        if not self.cancelled:
            self.callback()


@dataclass(slots=True)
class Tenant:
    """One organisation: its agent's key and its human's sign-in."""

    org_id: str
    user_id: str
    key_id: str
    api_key: str
    sign_in: str

    @property
    def as_human(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.sign_in}"}

    @property
    def as_agent(self) -> dict[str, str]:
        return {"X-API-Key": self.api_key}


@dataclass(slots=True)
class World:
    """A running gateway, its tenants, and a client for its REST API."""

    base_url: str
    gateway: Gateway
    clock: HandClock
    first: Tenant
    second: Tenant
    http: httpx2.AsyncClient
    stop: Callable[[], None]
    application: Front

    @contextlib.asynccontextmanager
    async def agent(self, tenant: Tenant | None = None, mode: str = "2026-07-28", **more: Any) -> AsyncIterator[Client]:
        """An MCP client that is signed in as a tenant's agent."""
        headers = (tenant or self.first).as_agent
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(f"{self.base_url}/mcp", http_client=http), mode=mode, **more) as client,
        ):
            yield client

    async def decide(self, request_id: str, decision: str, tenant: Tenant | None = None) -> httpx2.Response:
        return await self.http.post(
            f"/api/tool-approvals/requests/{request_id}/{decision}", headers=(tenant or self.first).as_human
        )

    async def set_mode(self, integration_id: str, tool: str, mode: str) -> None:
        answer = await self.http.put(
            f"/api/tool-settings/{integration_id}/{tool}", json={"mode": mode}, headers=self.first.as_human
        )
        assert answer.status_code == 200, answer.text

    async def logs(self, tenant: Tenant | None = None, **wanted: str) -> list[dict[str, Any]]:
        answer = await self.http.get("/api/logs", params=wanted, headers=(tenant or self.first).as_human)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def install(self, name: str, url: str, **more: Any) -> str:
        """Add and install a remote MCP server; its integration id."""
        human = self.first.as_human
        answer = await self.http.post(
            "/api/integrations/custom", json={"name": name, "url": url, **more}, headers=human
        )
        assert answer.status_code == 201, answer.text
        integration_id: str = answer.json()["id"]
        answer = await self.http.post(
            "/api/installed", json={"integration_id": integration_id, "auth_method": "none"}, headers=human
        )
        assert answer.status_code == 201, answer.text
        return integration_id

    async def furnish_demo(self) -> dict[str, Any]:
        """What a demonstration's start makes, or finds."""
        return await furnish(self.gateway)

    async def until_parked(self, count: int) -> None:
        """Wait until so many callers are parked."""
        async with asyncio.timeout(60):
            while len(self.gateway.waits) < count:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def served(
    application: Any, *, port: int = 0, listener: socket.socket | None = None, **options: Any
) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """An ASGI application on a port of loopback, 0 for a free one; its address, and a way to stop it early."""
    listener = listener or bind("127.0.0.1", port)
    config = uvicorn.Config(application, log_level="error", ws="none", timeout_graceful_shutdown=2, **options)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event for it
        await asyncio.sleep(0.001)
    if task.done():
        await task

    def stop() -> None:
        getattr(application, "stop", lambda: None)()
        server.should_exit = True

    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", stop
    finally:
        stop()
        await task
        listener.close()


@contextlib.asynccontextmanager
async def running_gateway(
    folder: Path,
    *,
    tenants: tuple[Tenant, Tenant] | None = None,
    clock: HandClock | None = None,
    knows_address: bool = False,
    **settings: Any,
) -> AsyncIterator[World]:
    """A gateway over the database in a folder; the same folder and tenants again are a restart.

    Unless it `knows_address`, links lead to the usual port, not to its own.
    """
    clock = clock or HandClock()
    listener = bind("127.0.0.1", 0)
    given = {
        "database_url": f"sqlite:///{folder / 'gateway.sqlite'}",
        "secret_key": "a key for tests",
        "demo": True,
        "allow_upstreams": ("127.0.0.0/8",),
        "organisations": 2,
        **({"base_url": f"http://127.0.0.1:{listener.getsockname()[1]}"} if knows_address else {}),
        **settings,
    }
    application = build(Settings(**given), clock=clock)
    async with (
        served(application, listener=listener) as (base_url, stop),
        httpx2.AsyncClient(base_url=base_url, timeout=30) as http,
    ):
        if tenants is None:
            tenants = (
                await furnish_tenant(application.gateway, "one"),
                await furnish_tenant(application.gateway, "two"),
            )
        yield World(base_url, application.gateway, clock, *tenants, http, stop, application)


async def furnish_tenant(gateway: Gateway, name: str) -> Tenant:
    """A new organisation with a human who is signed in and an agent that has a key."""
    ids = RandomIds()
    tenant = Tenant(ids.uuid(), ids.uuid(), ids.uuid(), "ap_" + ids.secret(), "aps_" + ids.secret())
    now = gateway.clock.now()

    def write(connection: Connection) -> None:
        accounts.register(
            connection,
            org_id=tenant.org_id,
            org_name=name,
            user_id=tenant.user_id,
            email=f"{name}@example.org",
            password_hash="$argon2id$none",
            organisations_limit=100,
            now=now,
        )
        accounts.sign_in(
            connection,
            user_id=tenant.user_id,
            token_hash=secret_hash(tenant.sign_in),
            now=now,
            lifetime=timedelta(days=365),
        )
        key = accounts.ApiKey(
            id=tenant.key_id,
            org_id=tenant.org_id,
            name=f"{name} agent",
            prefix=tenant.api_key[:12],
            created_at=now,
            last_used_at=None,
            revoked_at=None,
        )
        accounts.add_key(connection, key=key, key_hash=secret_hash(tenant.api_key), created_by=None)
        for integration_id in ("demo", "notes"):
            integrations.install(
                connection,
                integrations.Installation(
                    id=ids.uuid(),
                    org_id=tenant.org_id,
                    integration_id=integration_id,
                    type="custom",
                    auth_method="none",
                    connected=True,
                    token=None,
                    added_at=now,
                ),
            )
        for tool, mode in (("lookup", "allow"), ("wipe", "deny")):
            policies.set_mode(
                connection,
                org_id=tenant.org_id,
                integration_id="demo",
                tool_name=tool,
                mode=mode,
                by=None,
                now=now,
            )

    await gateway.database.write(write)
    return tenant


@dataclass(slots=True)
class Upstream:
    """What reached the upstream, and how it behaves."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    result: types.CallToolResult | None = None
    hold: asyncio.Event | None = None
    lists: int = 0
    tools: list[types.Tool] = field(default_factory=list)
    changed: Callable[[], Awaitable[None]] | None = None
    listeners: int = 0
    ports: set[int] = field(default_factory=set)
    """The client's ends of the connections that calls came over."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    stop: Callable[[], None] = lambda: None


@contextlib.asynccontextmanager
async def recording_upstream(
    *, schema: dict[str, Any] | None = None, listens: bool = False, port: int = 0
) -> AsyncIterator[Upstream]:
    """A remote MCP server with the tool `act`, that writes down what reaches it.

    One that `listens` takes listeners at 2026-07-28 and tells them of changed tools.
    """
    upstream = Upstream()
    upstream.tools.append(types.Tool(name="act", description="Act", input_schema=schema or {"type": "object"}))
    bus = InMemorySubscriptionBus()
    handler = ListenHandler(bus)
    upstream.changed = lambda: bus.publish(ToolsListChanged())

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        upstream.lists += 1
        return types.ListToolsResult(tools=list(upstream.tools))

    async def listen(context: Any, params: Any) -> types.SubscriptionsListenResult:
        upstream.listeners += 1
        return await handler(context, params)

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        upstream.ports.add(context.request.client.port)
        upstream.calls.append((params.name, dict(params.arguments or {})))
        upstream.arrived.set()
        if upstream.hold is not None:
            await upstream.hold.wait()
        return upstream.result or types.CallToolResult(content=[types.TextContent(text=f"acted {len(upstream.calls)}")])

    more: dict[str, Any] = {"on_subscriptions_listen": listen} if listens else {}
    server = Server("recording", on_list_tools=list_tools, on_call_tool=call_tool, **more)
    async with served(server.streamable_http_app(), port=port) as (base_url, stop):
        upstream.url, upstream.stop = f"{base_url}/mcp", stop
        try:
            yield upstream
        finally:
            handler.close()


def ask(tool: str = "refund", integration: str = "demo", **arguments: Any) -> dict[str, Any]:
    """The arguments of a `call_tool`."""
    return {"integration_id": integration, "tool_name": tool, "arguments": arguments}


def facts(result: Any) -> dict[str, Any]:
    """What the gateway says about a result, wherever it had to put it."""
    found: dict[str, Any] = (result.meta or {}).get("agentport/outcome") or result.structured_content
    return found
