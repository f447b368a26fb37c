"""Sessions that several workers share: ids that cannot be made up, and news for whoever listens."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from .test_access import ACCEPT, INITIALIZE
from .world import CALL, Tenant, World, ask, facts, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

LISTING = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running_gateway(tmp_path, stateless_sessions=True) as running:
        yield running


async def opened(world: World, tenant: Tenant, capabilities: dict[str, Any] | None = None) -> dict[str, str]:
    """The headers of a session that was just opened."""
    params = {**INITIALIZE["params"], "capabilities": capabilities or {}}
    body = {**INITIALIZE, "params": params}
    answer = await world.http.post("/mcp", json=body, headers={**tenant.as_agent, **ACCEPT})
    assert answer.status_code == 200
    session_id = answer.headers["mcp-session-id"]
    return {"Mcp-Session-Id": session_id, "MCP-Protocol-Version": "2025-11-25", **ACCEPT, **tenant.as_agent}


@contextlib.asynccontextmanager
async def listening(world: World, headers: dict[str, str]) -> AsyncIterator[Any]:
    """The lines of a session's stream, from the one on that says that it is open."""
    async with (
        httpx2.AsyncClient(base_url=world.base_url, timeout=30) as http,
        http.stream("GET", "/mcp", headers=headers) as stream,
    ):
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith(":")
        yield lines


async def next_message(lines: Any) -> str:
    async with asyncio.timeout(60):
        async for line in lines:
            if line.startswith("data: "):
                return str(line)
    return ""


async def test_a_session_serves_only_the_key_that_opened_it(world: World) -> None:
    session = await opened(world, world.first)
    assert (await world.http.post("/mcp", json=LISTING, headers=session)).status_code == 200
    stranger = {**session, **world.second.as_agent}
    for method in ("POST", "GET", "DELETE"):
        content = {"json": LISTING} if method == "POST" else {}
        assert (await world.http.request(method, "/mcp", headers=stranger, **content)).status_code == 404
    for made_up in ("x", "", "ü", session["Mcp-Session-Id"][:-2] + "AA"):
        headers = {**session, "Mcp-Session-Id": made_up.encode()}
        assert (await world.http.post("/mcp", json=LISTING, headers=headers)).status_code == 404
    assert (await world.http.delete("/mcp", headers=session)).status_code == 405
    assert (await world.http.get("/mcp", headers={**session, "Accept": "application/json"})).status_code == 406


async def test_installing_is_heard_over_the_sessions_stream_by_the_own_organisation_only(world: World) -> None:
    first, second = await opened(world, world.first), await opened(world, world.second)
    async with listening(world, first) as heard, listening(world, second) as not_heard:
        await world.http.delete("/api/installed/notes", headers=world.second.as_agent)
        assert "tools/list_changed" in await next_message(not_heard)
        silent = asyncio.create_task(next_message(heard))
        await asyncio.sleep(0)
        assert not silent.done()
        await world.http.delete("/api/installed/notes", headers=world.first.as_agent)
        assert "tools/list_changed" in await silent


async def test_a_stream_ends_with_its_key_and_with_the_gateway(world: World) -> None:
    first, second = await opened(world, world.first), await opened(world, world.second)
    async with listening(world, first) as revoked, listening(world, second) as stopped:
        path = f"/api/api-keys/{world.first.key_id}"
        assert (await world.http.delete(path, headers=world.first.as_human)).status_code == 204
        assert await next_message(revoked) == ""
        world.stop()
        assert await next_message(stopped) == ""


async def test_the_sdks_client_works_as_with_any_session(world: World) -> None:
    heard = asyncio.Event()

    async def on_message(message: object) -> None:
        if type(message).__name__ == "ToolListChangedNotification":
            heard.set()

    async with (
        httpx2.AsyncClient(headers=world.first.as_agent, timeout=30) as http,
        Client(
            streamable_http_client(f"{world.base_url}/mcp", http_client=http), mode="legacy", message_handler=on_message
        ) as client,
    ):
        assert facts(await client.call_tool(CALL, ask("lookup", order="1")))["outcome"] == "executed"
        async with asyncio.timeout(60):
            while not heard.is_set():
                installation = {"integration_id": "notes", "auth_method": "none"}
                await world.http.delete("/api/installed/notes", headers=world.first.as_agent)
                await world.http.post("/api/installed", json=installation, headers=world.first.as_agent)
