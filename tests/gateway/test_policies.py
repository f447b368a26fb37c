"""Modes, conditional rules and the second factor."""

from __future__ import annotations

import asyncio
from itertools import product

import pyotp
import pytest

from agentport_gateway.domain.policy import MODES, Condition, Rule, decide, lets_more_run

from .world import CALL, World, ask, facts

pytestmark = pytest.mark.anyio

RULES = "/api/tool-settings/demo/refund/rules"


async def test_the_matching_rule_decides_and_is_on_record(world: World) -> None:
    human = world.first.as_human
    condition = {"param": "to", "operator": "ends_with", "values": ["@example.org"]}
    body = {"priority": 1, "effect": "allow", "conditions": [condition]}
    rule = (await world.http.post(RULES, json=body, headers=human)).json()
    async with world.agent() as agent:
        allowed = await agent.call_tool(CALL, ask(to="a@example.org", order="1"))
        assert allowed.content[0].text == "Order 1 was refunded."
        asked = await agent.call_tool(CALL, ask(to="a@evil.example", order="1"))
        assert facts(asked)["outcome"] == "approval_required"
        denied = {"priority": 0, "effect": "deny", "conditions": []}
        denying = (await world.http.post(RULES, json=denied, headers=human)).json()
        assert facts(await agent.call_tool(CALL, ask(to="a@example.org")))["outcome"] == "denied_by_policy"
    assert [entry["rule_id"] for entry in await world.logs()] == [denying["id"], None, rule["id"]]
    trial = {"args": {"to": "a@example.org"}}
    assert (await world.http.post(f"{RULES}/test", json=trial, headers=human)).json()["mode"] == "deny"
    disabled = await world.http.patch(f"{RULES}/{denying['id']}", json={"enabled": False}, headers=human)
    assert disabled.json()["enabled"] is False
    assert (await world.http.post(f"{RULES}/test", json=trial, headers=human)).json()["mode"] == "allow"
    assert (await world.http.delete(f"{RULES}/{rule['id']}", headers=human)).status_code == 204
    assert len((await world.http.get(RULES, headers=human)).json()) == 1
    assert (await world.http.get(RULES, headers=world.second.as_human)).json() == []


async def test_a_rule_that_denies_stops_a_call_that_is_approved_while_it_is_waited_for(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask(order="1")))["request_id"]
        waiting = asyncio.create_task(agent.call_tool("agentport__await_approval", {"request_id": request_id}))
        await world.until_parked(1)
        await world.http.post(RULES, json={"effect": "deny"}, headers=world.first.as_human)
        assert (await world.decide(request_id, "approve-once")).status_code == 200
        assert facts(await asyncio.wait_for(waiting, 10))["outcome"] == "denied_by_policy"
    (entry,) = await world.logs()
    assert entry["outcome"] == "denied_by_policy"


async def test_a_rule_that_denies_stops_an_approved_call(world: World) -> None:
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask(order="1")))["request_id"]
        await world.decide(request_id, "approve-once")
        await world.http.post(RULES, json={"effect": "deny"}, headers=world.first.as_human)
        result = await agent.call_tool("agentport__await_approval", {"request_id": request_id})
        assert facts(result)["outcome"] == "denied_by_policy"


async def test_who_has_a_second_factor_shows_it_to_say_yes(world: World) -> None:
    human = world.first.as_human
    secret = (await world.http.post("/api/users/me/totp/setup", headers=human)).json()["secret"]
    totp = pyotp.TOTP(secret)
    code = {"totp_code": totp.at(world.clock.now())}
    enabled = await world.http.post("/api/users/me/totp/enable", json=code, headers=human)
    assert enabled.status_code == 200
    async with world.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
    approve = f"/api/tool-approvals/requests/{request_id}/approve-once"
    refused = await world.http.post(approve, headers=human)
    assert (refused.status_code, refused.json()) == (403, {"detail": {"error": "totp_required"}})
    replayed = await world.http.post(approve, json=code, headers=human)
    assert (replayed.status_code, replayed.json()) == (403, {"detail": {"error": "totp_invalid"}})
    raising = {"mode": "allow"}
    assert (await world.http.put("/api/tool-settings/demo/refund", json=raising, headers=human)).status_code == 403
    world.clock.move(seconds=30)
    fresh = {"totp_code": totp.at(world.clock.now())}
    assert (await world.http.post(approve, json=fresh, headers=human)).status_code == 200
    recovery = {"totp_code": enabled.json()["recovery_codes"][0]}
    disable = "/api/users/me/totp/disable"
    assert (await world.http.post(disable, json=recovery, headers=human)).status_code == 200
    status = await world.http.get("/api/users/me/totp/status", headers=human)
    assert status.json() == {"enabled": False}


async def test_letting_more_run_by_a_rule_needs_the_second_factor_over_rest_as_on_the_pages(world: World) -> None:
    human = world.first.as_human
    denying = (await world.http.post(RULES, json={"effect": "deny", "priority": 5}, headers=human)).json()
    allowing = (await world.http.post(RULES, json={"effect": "allow", "priority": 9}, headers=human)).json()
    secret = (await world.http.post("/api/users/me/totp/setup", headers=human)).json()["secret"]
    totp = pyotp.TOTP(secret)
    code = {"totp_code": totp.at(world.clock.now())}
    assert (await world.http.post("/api/users/me/totp/enable", json=code, headers=human)).status_code == 200
    deny, allow = f"{RULES}/{denying['id']}", f"{RULES}/{allowing['id']}"
    narrower = {"conditions": [{"param": "order", "operator": "equals", "values": ["1"]}]}
    for method, path, body in (
        ("POST", RULES, {"effect": "allow"}),
        ("PATCH", deny, {"enabled": False}),
        ("PATCH", deny, {"effect": "allow"}),
        ("PATCH", deny, {"priority": 10}),
        ("PATCH", deny, narrower),
        ("DELETE", deny, None),
        ("DELETE", deny, {"totp_code": None}),
    ):
        answer = await world.http.request(method, path, json=body, headers=human)
        assert (answer.status_code, answer.json()["detail"]) == (403, {"error": "totp_required"}), (method, body)
    replayed = await world.http.request("DELETE", deny, json=code, headers=human)
    assert (replayed.status_code, replayed.json()["detail"]) == (403, {"error": "totp_invalid"})
    for method, path, body in (
        ("POST", RULES, {"effect": "deny"}),
        ("PATCH", deny, {"priority": 1}),
        ("PATCH", allow, {"enabled": False}),
        ("DELETE", allow, None),
    ):
        answer = await world.http.request(method, path, json=body, headers=human)
        assert answer.is_success, (method, body)
    world.clock.move(seconds=30)
    fresh = {"totp_code": totp.at(world.clock.now())}
    assert (await world.http.request("DELETE", deny, json=fresh, headers=human)).status_code == 204


def test_whatever_lets_a_call_run_that_did_not_run_is_seen_as_such() -> None:
    only = Condition(param="a", operator="equals", values=("1",))
    rules = [None] + [
        Rule(id="r", priority=priority, effect=effect, enabled=enabled, conditions=conditions)
        for priority, effect, enabled, conditions in product((1, 3), MODES, (True, False), ((), (only,)))
    ]
    others = [[]] + [[Rule(id="o", priority=2, effect=effect, enabled=True, conditions=())] for effect in MODES]
    seen = 0
    for before, after in product(rules, rules):
        opened = any(
            decide(arguments=given, configured=mode, rules=[*other, *([before] if before else [])]).mode != "allow"
            and decide(arguments=given, configured=mode, rules=[*other, *([after] if after else [])]).mode == "allow"
            for other, mode, given in product(others, MODES, ({"a": "1"}, {}))
        )
        assert lets_more_run(before, after) or not opened, (before, after)
        seen += opened
    assert seen
    assert not any(lets_more_run(rule, rule) for rule in rules)
