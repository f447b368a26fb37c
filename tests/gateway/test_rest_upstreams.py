"""REST APIs declared as tools: what is shown is what is sent, and the route cannot be changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentport_gateway.catalog import load_catalog

from .world import CALL, World, ask, facts, served

pytestmark = pytest.mark.anyio

TOOLS = [
    {
        "name": "get",
        "path": "/items/{id}",
        "parameters": [
            {"name": "id", "in": "path"},
            {"name": "q", "in": "query", "type": "array"},
            {"name": "X-Why", "in": "header"},
        ],
    },
    {
        "name": "make",
        "method": "POST",
        "path": "/items",
        "parameters": [
            {"name": "name", "in": "body", "required": True},
            {"name": "n", "in": "body", "type": "integer"},
        ],
    },
]


class Recorder:
    """A REST API that writes down the requests it gets, byte for byte."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes, bytes, dict[str, str], bytes]] = []
        self.status = 200
        self.ports: set[int] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.ports.add(scope["client"][1])
        body = (await receive()).get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["method"], scope["raw_path"], scope["query_string"], headers, body))
        refused = headers.get("x-token") not in (None, "secret-1")
        status = 401 if refused else self.status
        answer = [(b"content-type", b"application/json"), (b"location", b"http://127.0.0.1:1/")]
        await send({"type": "http.response.start", "status": status, "headers": answer})
        await send({"type": "http.response.body", "body": b'{"ok": true}'})


async def declare(world: World, base_url: str, **more: Any) -> None:
    body = {"name": "API", "base_url": base_url, "tools": TOOLS, **more}
    human = world.first.as_human
    assert (await world.http.post("/api/integrations/custom-api", json=body, headers=human)).status_code == 201


async def install(world: World, **more: Any) -> Any:
    body = {"integration_id": "api", "auth_method": "none", **more}
    answer = await world.http.post("/api/installed", json=body, headers=world.first.as_human)
    for tool in ("get", "make"):
        await world.set_mode("api", tool, "allow")
    return answer


async def test_calls_one_after_the_other_share_a_connection(world: World) -> None:
    recorder = Recorder()
    async with served(recorder) as (url, _), world.agent() as agent:
        await declare(world, f"{url}/v1")
        await install(world)
        recorder.ports.clear()
        for number in range(5):
            assert facts(await agent.call_tool(CALL, ask("get", "api", id=str(number))))["outcome"] == "executed"
    assert (len(recorder.ports), len(recorder.seen)) == (1, 5)


async def test_parameters_go_where_they_are_declared(world: World) -> None:
    recorder = Recorder()
    async with served(recorder) as (url, _), world.agent() as agent:
        await declare(world, f"{url}/v1")
        await install(world)
        arguments = {"id": "a b?c#d;%2e", "q": ["x", "y&z"], "X-Why": "because"}
        got = await agent.call_tool(CALL, ask("get", "api", **arguments))
        assert got.structured_content == {"ok": True}
        method, path, query, headers, _ = recorder.seen[-1]
        assert (method, path, query) == ("GET", b"/v1/items/a%20b%3Fc%23d%3B%252e", b"q=x&q=y%26z")
        assert headers["x-why"] == "because"
        await agent.call_tool(CALL, ask("make", "api", name="né", n=2))
        assert json.loads(recorder.seen[-1][4]) == {"name": "né", "n": 2}


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        *({"id": value} for value in ("", ".", "..", " ", "a/b", "../x", "a\\b", "a\nb", None, ["x"], {})),
        {"id": "1", "undeclared": "x"},
        {"id": "1", "q": [None]},
        {"id": "1", "q": None},
        {"id": "1", "X-Why": "a\r\nX-Evil: 1"},
    ],
)
async def test_what_would_change_the_route_or_vanish_is_refused(world: World, arguments: dict[str, Any]) -> None:
    recorder = Recorder()
    async with served(recorder) as (url, _), world.agent() as agent:
        await declare(world, url)
        await install(world)
        result = await agent.call_tool(CALL, ask("get", "api", **arguments))
        assert facts(result)["outcome"] == "invalid_arguments"
        assert recorder.seen == []


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_http_error_is_the_upstreams_answer_and_redirects_are_not_followed(world: World, status: int) -> None:
    recorder = Recorder()
    recorder.status = status
    async with served(recorder) as (url, _), world.agent() as agent:
        await declare(world, url)
        await install(world)
        result = await agent.call_tool(CALL, ask("get", "api", id="1"))
        assert result.is_error
        assert result.content[0].text.startswith(f"HTTP {status}")
        assert len(recorder.seen) == 1


async def test_a_token_is_tried_sealed_and_never_shown(world: World) -> None:
    recorder = Recorder()
    async with served(recorder) as (url, _), world.agent() as agent:
        await declare(world, url, token_header="X-Token", token_format="{token}")
        assert (await install(world, auth_method="token", token="wrong")).status_code == 400
        assert (await install(world, auth_method="token", token="secret-1")).status_code == 201
        await agent.call_tool(CALL, ask("get", "api", id="1"))
        assert recorder.seen[-1][3]["x-token"] == "secret-1"
        shown = (await world.http.get("/api/installed", headers=world.first.as_human)).text
        assert "secret-1" not in shown + json.dumps(await world.logs())
        files = Path(world.gateway.settings.database_url.removeprefix("sqlite:///")).parent.iterdir()
        assert all(b"secret-1" not in file.read_bytes() for file in files)


@pytest.mark.parametrize(
    "tool",
    [
        {"name": "x", "path": "/{id}"},
        {"name": "x", "path": "/a/../b"},
        {"name": "x", "path": "/a?b=c"},
        {"name": "x", "path": "/", "parameters": [{"name": "Host", "in": "header"}]},
        {"name": "x", "path": "/", "parameters": [{"name": "a", "in": "query"}, {"name": "a", "in": "body"}]},
    ],
)
async def test_unsound_definitions_are_refused(world: World, tool: dict[str, Any]) -> None:
    body = {"name": "API", "base_url": "https://api.example.org", "tools": [tool]}
    answer = await world.http.post("/api/integrations/custom-api", json=body, headers=world.first.as_human)
    assert answer.status_code == 422


def test_the_catalogue_is_complete_and_sound() -> None:
    found = load_catalog().integrations
    expected = [
        "github",
        "gmail",
        "google_calendar",
        "linear",
        "notion",
        "posthog",
        "resend",
        "sentry",
        "slack",
        "stripe",
    ]
    assert sorted(found) == expected
    for integration in found.values():
        assert integration.docs_url is not None
        assert integration.address.startswith("https://")
        for tool in integration.tools:
            placeholders = [part[1:-1] for part in tool.path.split("/") if part.startswith("{")]
            assert sorted(placeholders) == sorted(p.name for p in tool.parameters if p.place == "path")
