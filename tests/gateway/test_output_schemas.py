"""Every answer of every meta tool, refusals included, is what the tool's published output schema says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types
import pytest
from jsonschema import Draft202012Validator

from .world import AWAIT, BOTH_REVISIONS, CALL, World, ask, facts, recording_upstream, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.client import Client

pytestmark = pytest.mark.anyio

IMAGE = types.ImageContent(data="aGk=", mime_type="image/png")
FILE = types.EmbeddedResource(resource=types.BlobResourceContents(uri="file:///a", blob="aGkh"))


class Checked:
    """A client whose every answer is held against the schema that the tool publishes."""

    def __init__(self, client: Client, schemas: dict[str, Draft202012Validator]) -> None:
        self._client = client
        self._schemas = schemas
        self.unused = set(schemas)

    async def __call__(self, tool: str, arguments: dict[str, Any]) -> Any:
        result = await self._client.call_tool(tool, arguments)
        assert isinstance(result.structured_content, dict)
        self._schemas[tool].validate(result.structured_content)
        self.unused.discard(tool)
        return result


async def checked(client: Client) -> Checked:
    listed = (await client.list_tools()).tools
    for tool in listed:
        assert tool.output_schema is not None, tool.name
        assert tool.output_schema["type"] == "object"
        Draft202012Validator.check_schema(tool.output_schema)
    return Checked(client, {tool.name: Draft202012Validator(tool.output_schema or {}) for tool in listed})


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_the_tool_that_waits_says_how_long_it_waits_at_most(tmp_path: Path, mode: str) -> None:
    async with running_gateway(tmp_path, poll_budget_seconds=12.5) as world, world.agent(mode=mode) as client:
        stated = {tool.name: tool.meta for tool in (await client.list_tools()).tools if tool.meta}
    assert {name: meta.get("agentport/poll_budget_seconds") for name, meta in stated.items()} == {AWAIT: 12.5}


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_discovery_and_its_refusals(world: World, mode: str) -> None:
    async with world.agent(mode=mode) as client:
        call = await checked(client)
        await call("agentport__list_available_integrations", {})
        await call("agentport__list_available_integrations", {"type": "neither"})
        await call("agentport__list_installed_integrations", {})
        await call("agentport__list_integration_tools", {})
        for tool in ("get_integration", "get_auth_status", "list_integration_tools", "start_oauth_flow"):
            for integration in ("demo", "nothing"):
                await call(f"agentport__{tool}", {"integration_id": integration})
        for name in ("refund", "nothing"):
            await call("agentport__describe_tool", {"integration_id": "demo", "tool_name": name})
        for _ in range(2):
            await call("agentport__uninstall_integration", {"integration_id": "notes"})
        for _ in range(2):
            await call("agentport__install_integration", {"integration_id": "notes", "auth_method": "none"})
        assert call.unused == {CALL, AWAIT}


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_calls_and_awaits_whatever_becomes_of_them(tmp_path: Path, mode: str) -> None:
    async with (
        running_gateway(tmp_path, max_pending_per_key=2) as world,
        recording_upstream() as upstream,
        world.agent(mode=mode) as client,
    ):
        call = await checked(client)
        integration = await world.install("Probe", upstream.url)
        ids = [facts(await call(CALL, ask(order=str(n)))).get("request_id") for n in range(3)]
        seen = [facts(await call(CALL, ask(order="3")))]
        seen += [facts(await call(CALL, ask(tool))) for tool in ("lookup", "wipe", "nothing")]
        await world.decide(ids[0], "approve-once")
        await world.decide(ids[1], "deny")
        for _ in range(2):
            seen += [facts(await call(AWAIT, {"request_id": one})) for one in ids[:2]]
        expiring = facts(await call(CALL, ask(order="4")))["request_id"]
        world.clock.move(minutes=11)
        seen += [facts(await call(AWAIT, {"request_id": one})) for one in (expiring, "no id")]
        await world.set_mode(integration, "act", "allow")
        upstream.result = types.CallToolResult(content=[types.TextContent(text="words"), IMAGE, FILE])
        mixed = await call(CALL, ask("act", integration))
        down = await world.install("Down", "http://127.0.0.1:9/mcp")
        seen.append(facts(await call(CALL, ask("act", down))))
    assert [block.type for block in mixed.content] == ["text", "image", "resource"]
    assert mixed.structured_content["text"] == "words"
    assert mixed.structured_content["blocks"] == [
        {"type": "image", "mimeType": "image/png", "base64_characters": 4},
        {"type": "resource", "resource": {"uri": "file:///a", "base64_characters": 4}},
    ]
    assert {one["outcome"] for one in seen} == {
        "executed",
        "denied_by_policy",
        "denied_by_human",
        "expired",
        "not_found",
        "invalid_arguments",
        "upstream_failed",
    }
    assert {one["reason"] for one in seen if "limit" in one} == {"too_many_pending"}


async def test_structured_content_of_the_upstream_is_passed_on_whatever_it_calls_its_fields(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as client:
        call = await checked(client)
        integration = await world.install("Probe", upstream.url)
        await world.set_mode(integration, "act", "allow")
        own = {"outcome": 7, "message": ["not", "text"], "request_id": None}
        upstream.result = types.CallToolResult(content=[types.TextContent(text="x")], structured_content=own)
        result = await call(CALL, ask("act", integration))
        assert result.structured_content == own
        assert facts(result)["outcome"] == "executed"
        upstream.result = types.CallToolResult(content=[types.TextContent(text="x")], structured_content=[1, 2])
        listed = await call(CALL, ask("act", integration))
        assert listed.structured_content["structured"] == [1, 2]
