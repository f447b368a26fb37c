"""Input that is too large, too deep, or means two things: refused with 4xx, changed never."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from .test_access import ACCEPT
from .world import CALL, World, ask, facts, running_gateway

pytestmark = pytest.mark.anyio

MODERN = {
    **ACCEPT,
    "Content-Type": "application/json",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": CALL,
}


def call_with(arguments: str) -> bytes:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return (
        f'{{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {{"_meta": {json.dumps(meta)}, '
        f'"name": "{CALL}", "arguments": {{"integration_id": "demo", "tool_name": "refund", '
        f'"arguments": {arguments}}}}}}}'
    ).encode()


@pytest.mark.parametrize(
    "arguments",
    [
        '{"n": NaN}',
        '{"n": Infinity}',
        '{"n": 1e400}',
        '{"n": 9007199254740993}',
        '{"n": 0.1000000000000000055511151231257827}',
        '{"n": 1, "n": 2}',
        '{"s": "\\ud800"}',
        '{"s": "\\u0000"}',
        '{"\\udfff": 1}',
        '{"n": ' + "9" * 5000 + "}",
        '{"d": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"d": ' + "[" * 100 + "]" * 100 + "}",
    ],
    ids=[
        "nan",
        "infinity",
        "overflow",
        "beyond-2-53",
        "too-precise",
        "duplicate",
        "surrogate",
        "nul",
        "surrogate-key",
        "digits",
        "deep",
        "100",
    ],
)
async def test_arguments_that_cannot_be_kept_exactly_are_refused(world: World, arguments: str) -> None:
    headers = {**MODERN, **world.first.as_agent}
    answer = await world.http.post("/mcp", content=call_with(arguments), headers=headers)
    assert answer.status_code == 400
    assert "error" in answer.json()
    rest = f'{{"tool_name": "refund", "args": {arguments}}}'.encode()
    answer = await world.http.post(
        "/api/tools/demo/call",
        content=rest,
        headers={"Content-Type": "application/json", **world.first.as_agent},
    )
    assert answer.status_code == 400
    assert await world.logs() == []


@pytest.mark.parametrize(
    "arguments", ['{"n": 0.1}', '{"n": 1e21}', '{"n": 1152921504606846976}', '{"s": "\\ud83d\\ude00"}']
)
async def test_arguments_that_can_be_kept_exactly_are_shown_as_sent(world: World, arguments: str) -> None:
    answer = await world.http.post("/mcp", content=call_with(arguments), headers={**MODERN, **world.first.as_agent})
    assert answer.status_code == 200
    request_id = facts_of(answer.json())["request_id"]
    path = f"/api/tool-approvals/requests/{request_id}"
    shown = (await world.http.get(path, headers=world.first.as_human)).json()
    assert shown["args"] == json.loads(arguments)


def facts_of(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["result"]["structuredContent"]
    return found


async def test_a_body_over_the_limit_is_refused_before_it_is_read(world: World) -> None:
    body = b" " * (world.gateway.settings.max_body_bytes + 1)
    for path, headers in (("/mcp", MODERN), ("/api/tools/demo/call", {"Content-Type": "application/json"})):
        answer = await world.http.post(path, content=body, headers={**headers, **world.first.as_agent})
        assert answer.status_code == 413


async def test_one_key_cannot_pile_up_requests_without_end(tmp_path: Any) -> None:
    async with running_gateway(tmp_path, max_pending_per_key=5) as world, world.agent() as agent:
        asked = [facts(await agent.call_tool(CALL, ask(order=str(n)))) for n in range(7)]
        assert [one["outcome"] for one in asked] == [*["approval_required"] * 5, *["denied_by_policy"] * 2]
        assert asked[-1]["reason"] == "too_many_pending"
        again = facts(await agent.call_tool(CALL, ask(order="0")))
        assert again["request_id"] == asked[0]["request_id"]
        async with world.agent(world.second) as other:
            assert facts(await other.call_tool(CALL, ask()))["outcome"] == "approval_required"


async def test_a_broken_database_shows_no_internals(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("SELECT secret FROM /somewhere/gateway.sqlite")

    async with world.agent() as agent:
        await agent.list_tools()
        monkeypatch.setattr(type(world.gateway.database), "write", broken)
        with pytest.raises(MCPError) as caught:
            await agent.call_tool(CALL, ask())
    assert "SELECT" not in str(caught.value)
