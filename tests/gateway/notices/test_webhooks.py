"""Webhooks hear of every request and decision once it is committed: signed, tried again, never lost or misled."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentport_gateway import app
from agentport_gateway.domain.notices import next_try
from agentport_gateway.store import notices
from tests.gateway.notices.receiver import Receiver, receiver
from tests.gateway.web.people import asked
from tests.gateway.world import World, running_gateway

pytestmark = pytest.mark.anyio


async def _add(world: World, one: Receiver) -> dict[str, Any]:
    answer = await world.http.post("/api/webhooks", json={"url": one.url}, headers=world.first.as_human)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _webhook(world: World) -> dict[str, Any]:
    (found,) = (await world.http.get("/api/webhooks", headers=world.first.as_human)).json()
    one: dict[str, Any] = found
    return one


async def _until(world: World, **wanted: Any) -> dict[str, Any]:
    """The webhook, once what was sent to it has been written down."""
    async with asyncio.timeout(60):
        while True:
            found = await _webhook(world)
            if all(found[name] == value for name, value in wanted.items()):
                return found
            await asyncio.sleep(0.01)


async def test_asking_and_deciding_are_told_with_what_a_bot_needs(world: World) -> None:
    async with receiver() as one:
        secret = (await _add(world, one))["secret"]
        request_id = await asked(world, info="because", order="A1")
        await one.until(1)
        told = one.told[0]
        assert told["type"] == "approval.requested"
        assert told["timestamp"] == "2026-11-22T09:00:00.000Z"
        data = told["data"]
        assert data["id"] == request_id
        assert data["approval_url"] == f"{world.base_url}/approve/{request_id}"
        assert (data["integration_id"], data["tool_name"], data["args"]) == ("demo", "refund", {"order": "A1"})
        assert (data["status"], data["additional_info"]) == ("pending", "because")
        assert data["requested_by"].startswith("one agent (ap_")
        assert one.is_signed(secret)
        assert one.headers[0]["webhook-id"] == f"{request_id}.requested"
        assert one.headers[0]["webhook-timestamp"] == str(int(world.clock.now().timestamp()))
        await world.decide(request_id, "deny")
        await one.until(2)
        data = one.told[1]["data"]
        assert one.told[1]["type"] == "approval.decided"
        assert (data["status"], data["decided_by"]) == ("denied", "one@example.org")
        assert one.is_signed(secret)
    assert secret.startswith("whsec_")


async def test_a_receiver_checks_signatures_as_the_documentation_says(world: World) -> None:
    page = (Path(__file__).parents[3] / "docs/webhooks.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    known: dict[str, Any] = {}
    exec(code, known)
    async with receiver() as one:
        secret = (await _add(world, one))["secret"]
        await asked(world, info="grüße")
        await one.until(1)
        headers, body = one.headers[0], one.bodies[0]
        known["time"] = SimpleNamespace(time=lambda: world.clock.now().timestamp())
        assert known["is_genuine"](secret, headers, body)
        assert not known["is_genuine"](secret, headers, body + b" ")
        assert not known["is_genuine"](secret, {**headers, "webhook-id": "x"}, body)
        world.clock.move(seconds=301)
        assert not known["is_genuine"](secret, headers, body)
        (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
        assert json.loads(shown).keys() == one.told[0].keys()
        assert json.loads(shown)["data"].keys() == one.told[0]["data"].keys()


async def test_expiry_and_revocation_are_told(world: World) -> None:
    async with receiver() as one:
        await _add(world, one)
        await asked(world, n=1)
        await one.until(1)
        world.clock.move(minutes=11)
        await app._end_overdue(world.gateway)
        await one.until(2)
        assert (one.told[1]["type"], one.told[1]["data"]["end_reason"]) == ("approval.expired", "time")
        await asked(world, n=2)
        await one.until(3)
        await world.http.delete(f"/api/api-keys/{world.first.key_id}", headers=world.first.as_human)
        await one.until(4)
        assert one.told[3]["data"]["end_reason"] == "key_revoked"


async def test_a_webhook_hears_of_its_own_organisation_only(world: World) -> None:
    async with receiver() as one, world.agent(world.second) as stranger:
        added = await _add(world, one)
        await stranger.call_tool(
            "agentport__call_tool", {"integration_id": "demo", "tool_name": "refund", "arguments": {}}
        )
        await asked(world)
        await one.until(1)
        assert len(one.told) == 1
        for method, path in (("DELETE", ""), ("POST", "/test"), ("POST", "/secret")):
            url = f"/api/webhooks/{added['id']}{path}"
            answer = await world.http.request(method, url, headers=world.second.as_human)
            assert answer.status_code == 404
            assert (await world.http.request(method, url, headers=world.first.as_agent)).status_code == 403
        assert (await world.http.get("/api/webhooks", headers=world.second.as_human)).json() == []
        assert "secret" not in (await _webhook(world))


async def test_what_is_not_taken_is_tried_again_later_and_later_then_given_up(world: World) -> None:
    async with receiver() as one:
        await _add(world, one)
        one.status = 500
        await asked(world)
        tries = 0
        while True:
            tries += 1
            await one.until(tries)
            rest = next_try(tries)
            if rest is None:
                break
            await _until_due(world, rest.total_seconds())
            assert len(one.told) == tries
            world.clock.move(seconds=rest.total_seconds())
        assert tries == 10
        assert {headers["webhook-id"] for headers in one.headers} == {one.headers[0]["webhook-id"]}
        assert len({headers["webhook-timestamp"] for headers in one.headers}) == tries
        assert (await _webhook(world))["last_fault"] == "it answered HTTP 500"
        one.status = 200
        await world.http.post(f"/api/webhooks/{(await _webhook(world))['id']}/test", headers=world.first.as_human)
        await one.until(tries + 1)
        assert one.told[-1] == {"type": "webhook.test", "timestamp": one.told[-1]["timestamp"], "data": {}}
        assert (await _until(world, last_fault=None))["last_sent_at"] is not None


async def _until_due(world: World, seconds: float) -> None:
    """Wait until a failed notice has been put off for so long."""
    async with asyncio.timeout(60):
        while True:
            due = await world.gateway.database.read(notices.next_due)
            if due is not None and (due - world.clock.now()).total_seconds() == seconds:
                return
            await asyncio.sleep(0.01)


async def test_a_gateway_that_dies_tells_after_its_restart(tmp_path: Path) -> None:
    async with receiver() as one:
        one.hold = asyncio.Event()
        async with running_gateway(tmp_path, knows_address=True) as world:
            await _add(world, one)
            request_id = await asked(world)
            await one.until(1)
            tenants, clock = (world.first, world.second), world.clock
        one.hold.set()
        one.hold = None
        clock.move(minutes=2)
        async with running_gateway(tmp_path, tenants=tenants, clock=clock, knows_address=True) as world:
            await one.until(2)
            assert one.told[1]["data"]["id"] == request_id
            assert one.headers[0]["webhook-id"] == one.headers[1]["webhook-id"]


async def test_a_webhook_that_says_it_is_gone_is_left_alone(world: World) -> None:
    async with receiver() as one:
        added = await _add(world, one)
        one.status = 410
        await asked(world, n=1)
        await one.until(1)
        await _until(world, enabled=False)
        await asked(world, n=2)
        path = f"/api/webhooks/{added['id']}"
        await world.http.patch(path, json={"enabled": True}, headers=world.first.as_human)
        one.status = 200
        await asked(world, n=3)
        await one.until(2)
        assert one.told[1]["data"]["args"] == {"n": 3}


async def test_a_redirect_is_not_followed_and_a_private_address_not_reached(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    async with receiver() as one, running_gateway(tmp_path / "a", knows_address=True) as world:
        await _add(world, one)
        one.status = 302
        await asked(world)
        await one.until(1)
        await _until(world, last_fault="it answered HTTP 302")
        assert len(one.told) == 1
    (tmp_path / "b").mkdir()
    async with receiver() as one, running_gateway(tmp_path / "b", allow_upstreams=(), knows_address=True) as world:
        await _add(world, one)
        await asked(world)
        await _until(world, last_fault="it is at a private address, which AGENTPORT_ALLOW_UPSTREAMS does not allow")
        assert one.told == []


async def test_only_plain_https_addresses_are_taken_and_so_many(world: World) -> None:
    human = world.first.as_human
    for url in (
        "http://example.org/x",
        "ftp://example.org/x",
        "https://",
        "https://u:p@example.org/",
        "https://example.org/#x",
        "https://exa mple.org/",
        "https://example.org:x/",
        "javascript:alert(1)",
    ):
        assert (await world.http.post("/api/webhooks", json={"url": url}, headers=human)).status_code == 400, url
    statuses = [
        (await world.http.post("/api/webhooks", json={"url": f"https://example.org/{n}"}, headers=human)).status_code
        for n in range(6)
    ]
    assert statuses == [201] * 5 + [400]


async def test_the_secret_is_sealed_and_can_be_replaced(tmp_path: Path) -> None:
    async with receiver() as one:
        async with running_gateway(tmp_path, knows_address=True) as world:
            added = await _add(world, one)
            answer = await world.http.post(f"/api/webhooks/{added['id']}/secret", headers=world.first.as_human)
            secret = answer.json()["secret"]
            await asked(world)
            await one.until(1)
            assert one.is_signed(secret)
            assert not one.is_signed(added["secret"])
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())  # noqa: ASYNC240
        assert secret.encode() not in kept
        assert added["secret"].encode() not in kept


async def test_long_arguments_are_left_to_the_page(world: World) -> None:
    async with receiver() as one:
        await _add(world, one)
        await asked(world, text="x" * 20_000)
        await one.until(1)
        assert one.told[0]["data"]["args"] is None
        assert len(one.told[0]["data"]["args_digest"]) == 64


async def test_removing_a_webhook_ends_it(world: World) -> None:
    async with receiver() as one:
        added = await _add(world, one)
        one.status = 500
        await asked(world, n=1)
        await one.until(1)
        removed = await world.http.delete(f"/api/webhooks/{added['id']}", headers=world.first.as_human)
        assert removed.status_code == 204
        world.clock.move(hours=1)
        await asked(world, n=2)
        assert len(one.told) == 1
