"""Text that an agent or an integration controls: inert and readable wherever it is shown."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from agentport_gateway.surfaces.web.arguments import shown_arguments
from agentport_gateway.surfaces.web.rendering import visible
from tests.gateway.web.people import Person, Screen, asked, member, screen
from tests.gateway.world import CALL, World, ask, facts, recording_upstream, served

pytestmark = pytest.mark.anyio

HOSTILE = (
    "</pre></blockquote><script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    '" autofocus onfocus="alert(1)',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "[approve](javascript:alert(1)) **bold** ![x](https://evil.example/x.png)",
    "<form action=/approve/x method=post><button>Deny</button></form>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "&lt;script&gt;",
    "refund\u202eecno evorppa\u202c \u200bhidden\u2066 isolated",
    "\x1b[2J\r\x08cleared",
)
ALL = " | ".join(HOSTILE)
ALLOWED = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "img", "nav", "ul", "li", "form", "input",
    "span", "button", "main", "article", "p", "b", "time", "h1", "h2", "h3", "h4", "bdi", "dl", "div", "dt", "dd",
    "section", "blockquote", "pre", "details", "summary", "textarea", "label", "mark", "figure", "figcaption",
    "code", "ol", "fieldset", "legend", "select", "option", "datalist", "q",
}  # fmt: skip


def assert_inert(seen: Screen) -> None:
    """Nothing but our own elements, no script but ours, no address but ours, nothing hidden."""
    assert set(seen.tags) <= ALLOWED, set(seen.tags) - ALLOWED
    assert seen.tags.count("script") == 1
    for name, value in seen.attributes:
        assert not name.startswith("on"), (name, value)
        assert name != "style", value
        if name in ("href", "src", "action", "formaction"):
            assert value.startswith(("/", "#", "https://")), value
            assert not value.startswith("//"), value
    # A form gives back exactly what it was given; everything else is for people's eyes and ears.
    shown = seen.text + "".join(value for name, value in seen.attributes if name != "value")
    assert not set(shown) & set("\u202e\u202c\u200b\u2066\x1b\x08")


async def seen_everywhere(person: Person, *paths: str) -> None:
    for path in paths:
        seen = await person.open(path)
        assert seen.status == 200, path
        assert_inert(seen)


async def test_hostile_text_of_an_agent_is_inert_on_every_page(world: World) -> None:
    made = await world.http.post("/api/api-keys", json={"name": ALL[:200]}, headers=world.first.as_human)
    headers = {"X-API-Key": made.json()["plain_key"], "User-Agent": "</b><script>alert(1)</script>"}
    call = {"tool_name": "refund", "args": {ALL: ALL, "order": ALL}, "additional_info": ALL}
    asking = await world.http.post("/api/tools/demo/call", json=call, headers=headers)
    request_id = asking.json()["approval_request_id"]
    async with member(world) as person:
        seen = await person.open(f"/approve/{request_id}")
        assert_inert(seen)
        for text in HOSTILE[:10]:
            assert seen.text.count(" ".join(text.split())) >= 3, text
        assert "U+202E right-to-left override" in seen.text
        assert "</b><script>alert(1)</script> as it calls itself" in seen.text
        denied = await person.submit(seen.deciding("deny"), decision="deny", note=ALL)
        assert_inert(denied)
        log = (await world.logs(request_id=request_id))[0]
        await seen_everywhere(person, "/approvals", "/logs", f"/logs/{log['id']}", "/connect")


async def test_hostile_text_of_an_integration_is_inert_on_every_page(world: World) -> None:
    import mcp_types as types
    from mcp.server.lowlevel import Server

    name = "act</a><script>alert(1)</script>\u202e"
    schema = {"type": "object", "properties": {ALL: {"type": "string", "description": ALL}}}

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name=name, description=ALL, input_schema=schema)])

    async def call_tool(_context: Any, _params: types.CallToolRequestParams) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(text=ALL)], is_error=True)

    server = Server("hostile", on_list_tools=list_tools, on_call_tool=call_tool)
    async with served(server.streamable_http_app()) as (url, _), member(world) as person, world.agent() as agent:
        integration = await world.install("Mean <script>", f"{url}/mcp", description=ALL)
        request_id = facts(await agent.call_tool(CALL, ask(name, integration)))["request_id"]
        await seen_everywhere(person, "/integrations", "/tools", f"/tools/{integration}", f"/approve/{request_id}")
        links = re.findall(r'href="(/tools/[^"]+/tool[^"]+)"', (await person.open(f"/tools/{integration}")).answer.text)
        assert len(links) == 1
        await seen_everywhere(person, links[0])
        await person.decide(request_id, "approve_once")
        await agent.call_tool("agentport__await_approval", {"request_id": request_id})
        seen = await person.open(f"/approve/{request_id}")
        assert_inert(seen)
        assert "the integration answered with an error" in seen.text
        assert "<img src=x onerror=alert(1)>" in seen.text


async def test_hostile_text_in_an_address_or_a_form_is_inert(world: World) -> None:
    async with member(world) as person:
        for path in (
            "/integrations?q=",
            "/logs?tool_name=",
            "/tools/demo/tool?name=",
            "/logs?since=",
            "/settings?done=",
        ):
            assert_inert(screen(await person.http.get(path + "%3Cscript%3Ealert(1)%3C/script%3E%22onx=%E2%80%AE")))
        form = (await person.open("/tools/demo/tool?name=refund")).form("/tools/demo/try")
        tried = await person.submit(form, arguments='{"a": "</textarea><script>alert(1)</script>"}')
        assert_inert(tried)
        api = (await person.open("/integrations/add-api")).form("/integrations/add-api")
        added = await person.submit(api, name="<script>", base_url="javascript:alert(1)", tools="</textarea><script>")
        assert_inert(added)


async def test_arguments_nested_as_deep_as_they_may_be_are_shown(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent, member(world) as person:
        integration = await world.install("Probe", upstream.url)
        nested: Any = "the innermost"
        for _ in range(50):
            nested = {"in": nested}
        told = facts(await agent.call_tool(CALL, ask("act", integration, deep=nested)))
        seen = await person.open(f"/approve/{told['request_id']}")
    assert (seen.status, "the innermost" in seen.text) == (200, True)


async def test_a_megabyte_is_shown_in_full_and_folded(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent, member(world) as person:
        integration = await world.install("Probe", upstream.url)
        text = "lorem ipsum \n" * 80_000
        request_id = facts(await agent.call_tool(CALL, ask("act", integration, text=text)))["request_id"]
        seen = await person.open(f"/approve/{request_id}")
    assert seen.answer.text.count("lorem ipsum") == 80_001
    assert "1,040,000 characters, 80,001 lines: show all" in seen.text


async def test_a_megabyte_of_an_integration_or_a_client_is_folded_or_cut(world: World) -> None:
    import mcp_types as types
    from mcp.server.lowlevel import Server

    long = "lorem <b>ipsum</b> " * 55_000

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        tool = types.Tool(name="act", description=long, title=long, input_schema={"type": "object", "title": long})
        return types.ListToolsResult(tools=[tool])

    async def call_tool(_context: Any, _params: types.CallToolRequestParams) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(text=long)])

    server = Server("long", on_list_tools=list_tools, on_call_tool=call_tool)
    info = types.Implementation(name=long, version=long)
    async with (
        served(server.streamable_http_app()) as (url, _),
        member(world) as person,
        world.agent(client_info=info) as agent,
    ):
        integration = await world.install("Long", f"{url}/mcp", description="lorem <b>" * 200)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        await seen_everywhere(person, "/integrations", "/tools", f"/approve/{request_id}", "/approvals")
        assert len((await person.open(f"/approve/{request_id}")).answer.text) < 20_000
        assert len((await person.open("/tools")).answer.text) < 20_000
        tool = await person.open(f"/tools/{integration}/tool?name=act")
        assert_inert(tool)
        assert "1,045,000 characters: show all" in tool.text
        await person.decide(request_id, "approve_once")
        await agent.call_tool("agentport__await_approval", {"request_id": request_id})
        ran = await person.open(f"/approve/{request_id}")
        assert_inert(ran)
        assert ran.text.count("lorem <b>ipsum</b>") >= 55_000
        assert "1,045,000 characters: show all" in ran.text
        log = (await world.logs(request_id=request_id))[0]
        await seen_everywhere(person, f"/logs/{log['id']}", "/logs")


@pytest.mark.parametrize(
    "arguments",
    [
        "[" + ",".join("0" * 300_000) + "]",
        '{"a":' * 60 + "1" + "}" * 60,
        '["' + "a\u202e" * 300_000 + '"]',
        '{"x": "' + "\u200b" * 500_000 + '"}',
        "{" + ",".join(f'"{number}":"{number}"' for number in range(50_000)) + "}",
    ],
    ids=["many", "deep", "marks", "one-mark", "fields"],
)
def test_arguments_of_any_shape_are_prepared_in_linear_time(arguments: str) -> None:
    began = time.process_time()
    shown = shown_arguments(arguments)
    html = visible(shown.text)
    assert time.process_time() - began < 5
    assert html.count("<mark>") <= 2_000


async def test_what_only_looks_like_a_request_of_this_gateway_is_no_page(world: World) -> None:
    await asked(world)
    async with member(world) as person:
        for path in ("//evil.example/approve/x", "/approve", "/approve/", "/assets/../app.py", "/assets/app.py"):
            answer = await person.http.get(path)
            assert answer.status_code in (404, 421), path
