"""Who may do what: keys, sign-ins, tenants, sessions, hosts and origins."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from .world import AWAIT, BOTH_REVISIONS, CALL, World, ask, facts, recording_upstream

pytestmark = pytest.mark.anyio

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
async def test_both_paths_and_both_headers_answer_without_a_redirect(world: World, path: str, header: str) -> None:
    value = world.first.api_key if header == "X-API-Key" else f"Bearer {world.first.api_key}"
    answer = await world.http.post(path, json=INITIALIZE, headers={header: value, **ACCEPT})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "is required"),
        ({"X-API-Key": "ap_wrong"}, "was revoked or has expired"),
        ({"Authorization": "Bearer nonsense"}, "was revoked or has expired"),
    ],
)
async def test_without_a_good_key_the_answer_is_401_says_why_and_names_the_metadata(
    world: World, headers: dict[str, str], why: str
) -> None:
    answer = await world.http.post("/mcp", json=INITIALIZE, headers={**headers, **ACCEPT})
    assert answer.status_code == 401
    metadata = f"{world.gateway.settings.base_url}/.well-known/oauth-protected-resource/mcp"
    assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="{metadata}"'
    assert "one" not in answer.json().values()
    assert why in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/tool-approvals/requests/x/approve-once"),
        ("POST", "/api/tool-approvals/requests/x/allow-tool"),
        ("POST", "/api/tool-approvals/requests/x/deny"),
        ("GET", "/api/tool-approvals/requests"),
        ("GET", "/api/logs"),
        ("GET", "/api/api-keys"),
        ("GET", "/api/org-settings"),
        ("GET", "/api/tool-settings/demo"),
        ("GET", "/api/users/me"),
    ],
)
async def test_an_agents_key_may_not_do_what_people_do(world: World, method: str, path: str) -> None:
    for headers in (world.first.as_agent, {"Authorization": f"Bearer {world.first.api_key}"}):
        assert (await world.http.request(method, path, headers=headers)).status_code == 403
    assert (await world.http.request(method, path)).status_code == 401


async def test_another_tenants_request_looks_like_none(world: World) -> None:
    async with world.agent() as agent, world.agent(world.second) as stranger:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        nobodys = "00000000-0000-4000-8000-000000000000"
        theirs = await stranger.call_tool(AWAIT, {"request_id": request_id})
        none = await stranger.call_tool(AWAIT, {"request_id": nobodys})
        assert theirs.content[0].text.replace(request_id, "") == none.content[0].text.replace(nobodys, "")
        assert facts(theirs)["outcome"] == "not_found"
    assert (await world.decide(request_id, "approve-once", world.second)).status_code == 404
    assert await world.logs(world.second) == []


async def test_a_session_serves_only_the_key_that_opened_it(world: World) -> None:
    opened = await world.http.post("/mcp", json=INITIALIZE, headers={**world.first.as_agent, **ACCEPT})
    session = {
        "Mcp-Session-Id": opened.headers["mcp-session-id"],
        "MCP-Protocol-Version": "2025-11-25",
        **ACCEPT,
    }
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    stranger = await world.http.post("/mcp", json=listing, headers={**session, **world.second.as_agent})
    assert stranger.status_code == 404
    owner = await world.http.post("/mcp", json=listing, headers={**session, **world.first.as_agent})
    assert owner.status_code == 200


async def test_a_revoked_key_stops_at_once_and_its_approved_call_does_not_run(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        path = f"/api/api-keys/{world.first.key_id}"
        assert (await world.http.delete(path, headers=world.first.as_human)).status_code == 204
        assert facts(await waiting)["outcome"] in ("expired", "not_found")
        assert (await world.decide(request_id, "approve-once")).status_code == 409
        assert upstream.calls == []
        answer = await world.http.post("/mcp", json=INITIALIZE, headers={**world.first.as_agent, **ACCEPT})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
        ({"Host": "localhost:1"}, 200),
    ],
)
async def test_foreign_hosts_and_origins_are_refused(world: World, headers: dict[str, str], status: int) -> None:
    answer = await world.http.post("/mcp", json=INITIALIZE, headers={**world.first.as_agent, **ACCEPT, **headers})
    assert answer.status_code == status
    answer = await world.http.get("/api/logs", headers={**world.first.as_human, **headers})
    assert answer.status_code == status


async def test_a_key_is_shown_once_and_works_until_it_is_revoked(world: World) -> None:
    human = world.first.as_human
    made = (await world.http.post("/api/api-keys", json={"name": "ci"}, headers=human)).json()
    assert made["plain_key"].startswith(made["key_prefix"])
    listed = (await world.http.get("/api/api-keys", headers=human)).json()
    assert made["plain_key"] not in str(listed)
    agent = {"X-API-Key": made["plain_key"]}
    assert (await world.http.get("/api/installed", headers=agent)).status_code == 200
    await world.http.delete(f"/api/api-keys/{made['id']}", headers=human)
    assert (await world.http.get("/api/installed", headers=agent)).status_code == 401


async def test_registering_signing_in_and_the_lock_after_failures(world: World) -> None:
    person = {"email": "New@Example.org", "password": "a good password", "org_name": "New"}
    assert (await world.http.post("/api/users/register", json=person)).status_code == 409
    settings = world.gateway.settings.model_copy(update={"organisations": 3})
    object.__setattr__(world.gateway, "settings", settings)
    made = await world.http.post("/api/users/register", json=person)
    assert made.status_code == 201
    form = {"username": person["email"], "password": person["password"]}
    token = (await world.http.post("/api/auth/token", data=form)).json()["access_token"]
    me = await world.http.get("/api/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == "new@example.org"
    wrong = {**form, "password": "not it"}
    statuses = [(await world.http.post("/api/auth/token", data=wrong)).status_code for _ in range(11)]
    assert statuses == [*[401] * 10, 429]
    world.clock.move(minutes=6)
    assert (await world.http.post("/api/auth/token", data=form)).status_code == 200


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_installing_tells_the_organisations_own_clients_only(world: World, mode: str) -> None:
    heard: dict[str, asyncio.Event] = {"first": asyncio.Event(), "second": asyncio.Event()}

    async def listen(name: str, tenant: object) -> None:
        from mcp.client import Client
        from mcp.client.streamable_http import streamable_http_client

        async def on_message(message: object) -> None:
            if type(message).__name__ == "ToolListChangedNotification":
                heard[name].set()

        headers = tenant.as_agent  # type: ignore[attr-defined]
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(
                streamable_http_client(f"{world.base_url}/mcp", http_client=http),
                mode=mode,
                message_handler=on_message,
            ) as client,
        ):
            await client.list_tools()
            if mode == "legacy":
                ready.release()
                await asyncio.Event().wait()
            async with client.listen(tools_list_changed=True) as subscription:
                ready.release()
                async for _ in subscription:
                    heard[name].set()

    ready = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(listen(name, getattr(world, name))) for name in heard]
    await asyncio.wait_for(asyncio.gather(ready.acquire(), ready.acquire()), 10)
    if mode == "legacy":
        await _streams_open(world, 2)
    await world.http.delete("/api/installed/notes", headers=world.first.as_agent)
    await asyncio.wait_for(heard["first"].wait(), 5)
    assert not heard["second"].is_set()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _streams_open(world: World, count: int) -> None:
    """Until the sessions' own streams are open, on which notifications travel."""
    sessions: Any = getattr(world.gateway.announcements.key_revoked[0], "__self__")  # noqa: B009 - a bound method
    transports = sessions._server_instances
    async with asyncio.timeout(60):
        while sum("_GET_stream" in one._request_streams for one in transports.values()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
