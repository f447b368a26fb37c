"""The life of an approval request, from outside, on both protocol revisions."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from agentport_gateway import app
from agentport_gateway.surfaces.mcp import early_start

from .test_limits import MODERN
from .world import AWAIT, BOTH_REVISIONS, CALL, World, ask, facts, recording_upstream, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_a_gated_call_runs_after_approval_and_not_before(world: World, mode: str) -> None:
    async with recording_upstream() as upstream, world.agent(mode=mode) as agent:
        integration = await world.install("Probe", upstream.url)
        asked = await agent.call_tool(CALL, ask("act", integration, x=1))
        request = facts(asked)
        assert request["outcome"] == "approval_required"
        assert not asked.is_error
        assert request["approval_url"].endswith(f"/approve/{request['request_id']}")
        assert request["approval_url"] in asked.content[0].text
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request["request_id"]}))
        await world.until_parked(1)
        assert upstream.calls == []
        assert (await world.decide(request["request_id"], "approve-once")).status_code == 200
        result = await waiting
        assert upstream.calls == [("act", {"x": 1})]
        assert [block.text for block in result.content] == ["acted 1"]
        assert facts(result)["outcome"] == "executed"


async def test_awaiting_a_call_that_ran_returns_the_stored_result(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask(order="7")))["request_id"]
        await world.decide(request_id, "approve-once")
        first = await agent.call_tool(AWAIT, {"request_id": request_id})
        again = await agent.call_tool(AWAIT, {"request_id": request_id})
    assert first.content[0].text == again.content[0].text == "Order 7 was refunded."
    assert facts(again)["replayed"] is True


async def test_a_denial_ends_the_wait_and_nothing_runs(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        await world.decide(request_id, "deny")
        result = await waiting
        assert facts(result)["outcome"] == "denied_by_human"
        assert result.is_error
        assert upstream.calls == []


async def test_an_expired_request_says_so_at_once(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        world.clock.move(seconds=601)
        result = await agent.call_tool(AWAIT, {"request_id": request_id})
        assert facts(result)["outcome"] == "expired"
        assert result.is_error
    assert (await world.decide(request_id, "approve-once")).status_code == 410


async def test_a_parked_wait_hears_that_its_request_expired(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        world.clock.move(seconds=590)
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        world.clock.move(seconds=11)
        assert facts(await waiting)["outcome"] == "expired"


async def test_an_approval_that_was_not_used_in_time_does_not_run(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        await world.decide(request_id, "approve-once")
        world.clock.move(seconds=601)
        assert facts(await agent.call_tool(AWAIT, {"request_id": request_id}))["outcome"] == "expired"


async def test_the_budget_ends_an_undecided_wait(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        world.clock.move(seconds=45)
        result = await waiting
    assert result.content[0].text.startswith("Still pending")
    assert request_id in result.content[0].text
    assert not result.is_error


async def test_timeout_seconds_shortens_the_wait_but_cannot_lengthen_it(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        for given, moved in ((5, 5), (500, 45)):
            arguments = {"request_id": request_id, "timeout_seconds": given}
            waiting = asyncio.create_task(agent.call_tool(AWAIT, arguments))
            await world.until_parked(1)
            world.clock.move(seconds=moved)
            assert facts(await waiting)["outcome"] == "still_pending"


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_progress_is_reported_while_waiting_when_asked_for(world: World, mode: str) -> None:
    heard: list[float] = []
    enough = asyncio.Event()

    async def on_progress(done: float, _total: float | None, _words: str | None) -> None:
        heard.append(done)
        if len(heard) == 2:
            enough.set()

    async with world.agent(mode=mode) as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}, progress_callback=on_progress))
        await world.until_parked(1)
        while not heard:  # noqa: ASYNC110 - the client offers no event for it
            await asyncio.sleep(0.002)
        world.clock.move(seconds=10)
        await asyncio.wait_for(enough.wait(), 5)
        await world.decide(request_id, "deny")
        await waiting
    assert heard == [0.0, 10.0]


async def test_allow_tool_releases_the_waiting_call_and_later_ones(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration, n=1)))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        assert (await world.decide(request_id, "allow-tool")).json()["decision_mode"] == "allow_tool"
        assert (await waiting).content[0].text == "acted 1"
        later = await agent.call_tool(CALL, ask("act", integration, n=2))
        assert later.content[0].text == "acted 2"


async def test_after_allow_tool_an_identical_retry_spends_the_approval(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration, n=1)))["request_id"]
        await world.decide(request_id, "allow-tool")
        retried = await agent.call_tool(CALL, ask("act", integration, n=1))
        awaited = await agent.call_tool(AWAIT, {"request_id": request_id})
        assert retried.content[0].text == awaited.content[0].text == "acted 1"
        assert len(upstream.calls) == 1


async def test_what_is_spent_is_not_looked_for_by_later_calls(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration, n=1)))["request_id"]
        await world.decide(request_id, "allow-tool")
        view = await world.gateway.views.of(world.first.org_id)
        assert set(view.released) == {(integration, "act")}
        await agent.call_tool(AWAIT, {"request_id": request_id})
        view = await world.gateway.views.of(world.first.org_id)
        assert view.released == {}


async def test_an_identical_call_reuses_the_pending_request_and_a_changed_one_does_not(world: World) -> None:
    async with world.agent() as agent:
        first = facts(await agent.call_tool(CALL, ask(order="1", n=1)))["request_id"]
        reordered = {"integration_id": "demo", "tool_name": "refund", "arguments": {"n": 1.0, "order": "1"}}
        assert facts(await agent.call_tool(CALL, reordered))["request_id"] == first
        assert facts(await agent.call_tool(CALL, ask(order="1", n=2)))["request_id"] != first
        await world.decide(first, "deny")
        assert facts(await agent.call_tool(CALL, ask(order="1", n=1)))["request_id"] != first


async def test_the_same_call_over_rest_runs_once_approved(world: World) -> None:
    body = {"tool_name": "refund", "args": {"order": "3"}, "additional_info": "the customer asked"}
    call = "/api/tools/demo/call"
    refused = await world.http.post(call, json=body, headers=world.first.as_agent)
    assert refused.status_code == 403
    assert refused.json()["error"] == "approval_required"
    request_id = refused.json()["approval_request_id"]
    assert (await world.decide(request_id, "approve-once")).status_code == 200
    wait = f"/api/tool-approvals/requests/{request_id}/await"
    assert (await world.http.post(wait, headers=world.first.as_agent)).json()["status"] == "approved"
    ran = await world.http.post(call, json=body, headers=world.first.as_agent)
    assert ran.status_code == 200
    assert ran.json() == {"content": [{"type": "text", "text": "Order 3 was refunded."}], "isError": False}
    assert (await world.http.post(wait, headers=world.first.as_agent)).json()["status"] == "consumed"


async def test_decisions_are_final(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
    answers = await asyncio.gather(*(world.decide(request_id, d) for d in ("approve-once", "deny") * 10))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 19]


async def test_a_tool_denied_after_approval_does_not_run(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        await world.decide(request_id, "approve-once")
        await world.set_mode(integration, "act", "deny")
        result = await agent.call_tool(AWAIT, {"request_id": request_id})
        assert facts(result)["outcome"] == "denied_by_policy"
        assert upstream.calls == []


async def test_moving_the_integration_voids_the_approval(world: World) -> None:
    async with recording_upstream() as upstream, recording_upstream() as other, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        await world.decide(request_id, "approve-once")
        moved = await world.http.patch(
            f"/api/integrations/custom/{integration}", json={"url": other.url}, headers=world.first.as_human
        )
        assert moved.status_code == 200
        result = await agent.call_tool(AWAIT, {"request_id": request_id})
        assert facts(result)["reason"] == "target_changed"
        assert upstream.calls == other.calls == []


async def test_a_client_that_leaves_finds_the_result_by_awaiting_again(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        upstream.hold = asyncio.Event()
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        await world.decide(request_id, "approve-once")
        async with world.agent() as leaver:
            leaving = asyncio.create_task(leaver.call_tool(AWAIT, {"request_id": request_id}))
            await asyncio.wait_for(upstream.arrived.wait(), 5)
            leaving.cancel()
            await asyncio.wait((leaving,))
        upstream.hold.set()
        result = await agent.call_tool(AWAIT, {"request_id": request_id})
        assert result.content[0].text == "acted 1"
        assert len(upstream.calls) == 1


async def test_who_waits_gets_the_result_although_one_who_waited_before_has_left(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        async with world.agent() as leaver:
            leaving = asyncio.create_task(leaver.call_tool(AWAIT, {"request_id": request_id}))
            await world.until_parked(1)
            staying = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
            await world.until_parked(2)
            leaving.cancel()
            await asyncio.wait((leaving,))
        await world.decide(request_id, "approve-once")
        assert (await asyncio.wait_for(staying, 10)).content[0].text == "acted 1"
        assert len(upstream.calls) == 1


def awaiting(request_id: str, world: World) -> dict[str, Any]:
    """An await at 2026-07-28, as an HTTP client sends it."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"_meta": meta, "name": AWAIT, "arguments": {"request_id": request_id}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return {"json": body, "headers": {**MODERN, **world.first.as_agent, "Mcp-Name": AWAIT}}


@pytest.mark.parametrize("decision", ["approve-once", None])
async def test_a_wait_shows_at_once_that_it_was_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, decision: str | None
) -> None:
    monkeypatch.setattr(early_start, "AFTER_SECONDS", 0.01)
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask(order="1")))["request_id"]
    async with (
        asyncio.timeout(10),
        httpx2.AsyncClient(base_url=world.base_url) as http,
        http.stream("POST", "/mcp", **awaiting(request_id, world)) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
        lines = answer.aiter_lines()
        assert await anext(lines) == ": waiting"
        if decision is None:
            await world.until_parked(1)
            world.clock.move(seconds=46)
        else:
            await world.decide(request_id, decision)
        events = [line.removeprefix("data: ") async for line in lines if line.startswith("data: ")]
    (event,) = events
    outcome = "still_pending" if decision is None else "executed"
    assert json.loads(event)["result"]["_meta"]["agentport/outcome"]["outcome"] == outcome


async def test_a_client_that_takes_only_json_gets_json_however_long_it_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early_start, "AFTER_SECONDS", 0.0)
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask(order="1")))["request_id"]
    request = awaiting(request_id, world)
    request["headers"]["Accept"] = "application/json"
    waiting = asyncio.create_task(world.http.post("/mcp", **request))
    await world.until_parked(1)
    await world.decide(request_id, "approve-once")
    answer = await asyncio.wait_for(waiting, 10)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["content"][0]["text"] == "Order 1 was refunded."


async def test_nothing_is_forgotten_over_a_restart(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as before, before.agent() as agent:
        pending, approved, consumed = [
            facts(await agent.call_tool(CALL, ask(order=str(n))))["request_id"] for n in range(3)
        ]
        await before.decide(approved, "approve-once")
        await before.decide(consumed, "approve-once")
        await agent.call_tool(AWAIT, {"request_id": consumed})
        tenants, clock = (before.first, before.second), before.clock
    async with running_gateway(tmp_path, tenants=tenants, clock=clock) as after, after.agent() as agent:
        short = {"request_id": pending, "timeout_seconds": 0.001}
        waiting = asyncio.create_task(agent.call_tool(AWAIT, short))
        await after.until_parked(1)
        after.clock.move(seconds=1)
        assert facts(await waiting)["outcome"] == "still_pending"
        assert (await agent.call_tool(AWAIT, {"request_id": approved})).content[0].text == "Order 1 was refunded."
        assert facts(await agent.call_tool(AWAIT, {"request_id": consumed}))["replayed"] is True


async def test_parked_waits_hear_still_pending_when_the_gateway_stops(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as world, world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        world.stop()
        assert facts(await waiting)["outcome"] == "still_pending"


@pytest.mark.parametrize(
    ("rounds", "waiters"), [(3, 25), pytest.param(200, 50, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
async def test_many_awaits_retries_and_decisions_run_the_upstream_once(world: World, rounds: int, waiters: int) -> None:
    async with recording_upstream() as upstream, world.agent() as agent:
        integration = await world.install("Probe", upstream.url)
        for number in range(rounds):
            upstream.calls.clear()
            call = ask("act", integration, n=number)
            request_id = facts(await agent.call_tool(CALL, call))["request_id"]
            waiting = [asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id})) for _ in range(waiters)]
            await world.until_parked(waiters)
            decisions = ("approve-once", "deny") if number % 2 else ("deny", "approve-once")
            answers = await asyncio.gather(*(world.decide(request_id, decision) for decision in decisions))
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            results = await asyncio.gather(*waiting)
            won = decisions[[answer.status_code for answer in answers].index(200)]
            if won == "approve-once":
                assert {result.content[0].text for result in results} == {"acted 1"}
                # An identical call asks anew: what was approved once is spent.
                retried = facts(await agent.call_tool(CALL, call))
                assert retried["outcome"] == "approval_required"
                assert retried["request_id"] != request_id
            else:
                assert {facts(result)["outcome"] for result in results} == {"denied_by_human"}
            assert len(upstream.calls) == (1 if won == "approve-once" else 0)


async def test_however_many_requests_are_overdue_all_are_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_ENDED_AT_ONCE", 2)
    async with world.agent() as agent:
        for order in range(5):
            await agent.call_tool(CALL, ask(order=str(order)))
    world.clock.move(minutes=11)
    await app._end_overdue(world.gateway)
    answer = await world.http.get("/api/logs?outcome=expired", headers=world.first.as_human)
    assert len(answer.json()) == 5
