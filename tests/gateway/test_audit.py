"""Every call leaves one complete entry; secrets are masked; the log can be filtered and taken away."""

from __future__ import annotations

import json

import pytest

from .world import AWAIT, CALL, World, ask, facts

pytestmark = pytest.mark.anyio


async def test_one_entry_tells_a_calls_whole_life(world: World) -> None:
    async with world.agent() as agent:
        call = {**ask(order="1"), "additional_info": "the customer asked"}
        request_id = facts(await agent.call_tool(CALL, call))["request_id"]
        assert (await world.logs())[0]["outcome"] == "approval_required"
        await world.decide(request_id, "approve-once")
        world.clock.move(seconds=3)
        await agent.call_tool(AWAIT, {"request_id": request_id})
        await agent.call_tool(AWAIT, {"request_id": request_id})
    (entry,) = await world.logs()
    assert entry["outcome"] == "executed"
    assert entry["args"] == {"order": "1"}
    assert entry["additional_info"] == "the customer asked"
    assert entry["requested_by"].startswith("one agent (ap_")
    assert (entry["decided_by"], entry["decision_mode"]) == ("one@example.org", "approve_once")
    assert (entry["approval_request_id"], entry["duration_ms"]) == (request_id, 3000.0)


async def test_secrets_are_masked_in_the_log_and_shown_to_who_decides(world: World) -> None:
    key = world.first.api_key
    async with world.agent() as agent:
        arguments = {"password": "hunter2", "note": f"my key is {key}", "order": "1"}
        request_id = facts(await agent.call_tool(CALL, ask(**arguments)))["request_id"]
    logged = json.dumps(await world.logs())
    assert "hunter2" not in logged
    assert key not in logged
    path = f"/api/tool-approvals/requests/{request_id}"
    assert (await world.http.get(path, headers=world.first.as_human)).json()["args"] == arguments


async def test_the_log_is_filtered_paged_and_exported(world: World) -> None:
    async with world.agent() as agent:
        for number in range(4):
            await agent.call_tool(CALL, ask("lookup", order=str(number)))
        await agent.call_tool(CALL, ask("wipe"))
    assert [entry["tool_name"] for entry in await world.logs(outcome="denied_by_policy")] == ["wipe"]
    page = await world.logs(limit="2", tool_name="lookup")
    rest = await world.logs(limit="9", tool_name="lookup", before=str(page[-1]["seq"]))
    assert [entry["args"]["order"] for entry in (*page, *rest)] == ["3", "2", "1", "0"]
    exported = await world.http.get("/api/logs/export", headers=world.first.as_human)
    assert [json.loads(line)["seq"] for line in exported.text.splitlines()] == [5, 4, 3, 2, 1]
    assert (await world.http.get("/api/logs/export", headers=world.second.as_human)).text == ""
    for wanted, found in (
        ({"outcome": "denied_by_policy"}, [5]),
        ({"tool_name": "lookup"}, [4, 3, 2, 1]),
        ({"api_key_id": world.first.key_id, "integration_id": "demo"}, [5, 4, 3, 2, 1]),
        ({"until": "2026-11-22T09:00:00Z"}, []),
    ):
        some = await world.http.get("/api/logs/export", params=wanted, headers=world.first.as_human)
        assert [json.loads(line)["seq"] for line in some.text.splitlines()] == found


async def test_health_and_readiness_and_the_openapi_document(world: World) -> None:
    assert (await world.http.get("/health")).json() == {"status": "ok"}
    assert (await world.http.get("/health/ready")).json() == {"status": "ready"}
    paths = (await world.http.get("/api/openapi.json")).json()["paths"]
    assert "/api/tool-approvals/requests/{request_id}/approve-once" in paths
    world.gateway.waits.release()
    assert (await world.http.get("/health/ready")).status_code == 503
