"""The approval page: what it shows, and that a decision is one, by the right person, on what was shown."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from tests.gateway.web.people import asked, give_password, member, screen, somebody
from tests.gateway.world import AWAIT, CALL, World, ask, facts, recording_upstream

if TYPE_CHECKING:
    from tests.gateway.web.people import Person

pytestmark = pytest.mark.anyio


async def status_of(world: World, request_id: str) -> str:
    answer = await world.http.get(f"/api/tool-approvals/requests/{request_id}", headers=world.first.as_human)
    found: str = answer.json()["status"]
    return found


async def test_the_page_says_who_asks_what_is_sent_and_why(world: World) -> None:
    request_id = await asked(world, "Refund order 1182 for Jane", order="1182", amount=49.9)
    async with member(world) as person:
        seen = await person.open(f"/approve/{request_id}")
    for words in ("refund", "Demo shop", "one agent (ap_", "mcp 0.1.0", "127.0.0.1", "scripted:demo", "1182", "49.9"):
        assert words in seen.text
    assert "The agent's own words. Nobody has checked them" in seen.text
    assert "Refund order 1182 for Jane" in seen.text
    assert 'data-seconds-left="600"' in seen.answer.text


async def test_opening_the_link_decides_nothing(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        for _ in range(3):
            await person.open(f"/approve/{request_id}")
        await person.http.head(f"/approve/{request_id}")
        assert (await person.open(f"/approve/{request_id}?decision=approve_once")).status == 200
    assert await status_of(world, request_id) == "pending"


@pytest.mark.parametrize(
    ("decision", "status", "words"),
    [
        ("approve_once", "approved", "Approved once."),
        ("allow_tool", "approved", "the tool is allowed from now on"),
        ("deny", "denied", "Denied. Nothing was sent"),
    ],
)
async def test_each_button_decides_and_shows_what_became_of_it(
    world: World, decision: str, status: str, words: str
) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        seen = await person.decide(request_id, decision)
        assert (seen.status, seen.path) == (200, f"/approve/{request_id}")
        assert words in seen.text
        assert not [form for form in seen.forms if form.action.startswith("/approve")]
    assert await status_of(world, request_id) == status


async def test_an_approval_on_the_page_wakes_the_agent_that_awaits(world: World) -> None:
    async with recording_upstream() as upstream, world.agent() as agent, member(world) as person:
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration, to="x")))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await world.until_parked(1)
        await person.decide(request_id, "approve_once")
        assert (await waiting).content[0].text == "acted 1"
        seen = await person.open(f"/approve/{request_id}")
        assert "approved, and it ran" in seen.text
        assert "What came back acted 1" in seen.text


async def test_a_note_reaches_the_agent_the_page_and_the_log(world: World) -> None:
    async with world.agent() as agent, member(world) as person:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        seen = await person.decide(request_id, "deny", note="Wrong order:\nit is <b>1183</b>.")
        told = await agent.call_tool(AWAIT, {"request_id": request_id})
    assert "it is <b>1183</b>." in seen.text
    assert facts(told)["note"] == "Wrong order:\nit is <b>1183</b>."
    assert "The human's note: Wrong order:" in told.content[0].text
    assert (await world.logs(request_id=request_id))[0]["detail"] == "Wrong order:\nit is <b>1183</b>."


async def test_a_note_does_not_travel_with_an_approval(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        await person.decide(request_id, "approve_once", note="left over")
    answer = await world.http.get(f"/api/tool-approvals/requests/{request_id}", headers=world.first.as_human)
    assert answer.json()["decision_note"] is None


async def test_a_stale_tab_cannot_decide_a_second_time(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        stale = await person.open(f"/approve/{request_id}")
        await person.decide(request_id, "deny")
        seen = await person.submit(stale.deciding("approve_once"), decision="approve_once")
    assert seen.status == 409
    assert "Your decision did not count" in seen.text
    assert await status_of(world, request_id) == "denied"


async def test_of_two_decisions_at_once_exactly_one_counts(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as one, member(world) as other:
        forms = [await person.open(f"/approve/{request_id}") for person in (one, other)]
        answers = await asyncio.gather(
            one.submit(forms[0].deciding("approve_once"), follow=False, decision="approve_once"),
            other.submit(forms[1].deciding("deny"), follow=False, decision="deny"),
        )
    assert sorted(answer.status for answer in answers) == [303, 409]


async def test_what_was_not_shown_is_not_approved(world: World) -> None:
    shown, other = await asked(world, order="1"), await asked(world, order="2")
    async with member(world) as person:
        form = (await person.open(f"/approve/{shown}")).deciding("approve_once")
        form.action = f"/approve/{other}"
        seen = await person.submit(form, decision="approve_once")
        assert seen.status == 409
        assert "the form showed another call" in seen.text
        missing = await person.submit(form, decision="approve_once", args_digest="")
        assert missing.status == 409
    assert await status_of(world, other) == "pending"


async def test_an_expired_request_cannot_be_approved_any_more(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        stale = await person.open(f"/approve/{request_id}")
        world.clock.move(minutes=11)
        late = await person.submit(stale.deciding("approve_once"), decision="approve_once")
        assert late.status == 409
        assert "Nobody decided in time, so nothing was sent" in late.text
        assert (await person.open(f"/approve/{request_id}")).status == 200
    assert await status_of(world, request_id) == "expired"


UNKNOWN = ("00000000-0000-4000-8000-000000000000", "nonsense", "%00", "..%2f..%2fsign-in", "'" * 36, "a" * 3000)


async def test_an_unknown_request_has_a_page_of_its_own(world: World) -> None:
    async with member(world) as person:
        for request_id in UNKNOWN:
            seen = await person.open(f"/approve/{request_id}")
            assert seen.status == 404, request_id
            assert "no such request" in seen.text or "nothing here" in seen.text


async def test_another_organisations_request_shows_nothing_of_itself(world: World) -> None:
    request_id = await asked(world, "A private reason", order="private-1182")
    async with member(world, world.second) as stranger:
        seen = await stranger.open(f"/approve/{request_id}")
        assert seen.status == 403
        assert "not yours to decide" in seen.text
        assert "private" not in seen.answer.text
        assert "refund" not in seen.answer.text
        form = next(form for form in seen.forms if form.action == "/sign-out")
        form.action, digest = f"/approve/{request_id}", "0" * 64
        assert (await stranger.submit(form, decision="approve_once", args_digest=digest)).status == 403
    assert await status_of(world, request_id) == "pending"


async def test_signing_in_leads_back_to_the_request(world: World) -> None:
    request_id = await asked(world)
    email = await give_password(world)
    async with somebody(world) as person:
        seen = await person.sign_in(email, path=f"/approve/{request_id}")
        assert seen.path == f"/approve/{request_id}"


async def test_a_conditional_rule_is_named_where_it_limits_always_allow(world: World) -> None:
    rule = {"effect": "require_approval", "conditions": [{"param": "order", "operator": "equals", "values": ["7"]}]}
    path = "/api/tool-settings/demo/refund/rules"
    assert (await world.http.post(path, json=rule, headers=world.first.as_human)).status_code == 201
    request_id = await asked(world, order="7")
    async with member(world) as person:
        assert "A conditional rule asked for this approval" in (await person.open(f"/approve/{request_id}")).text


async def test_pending_requests_are_listed_and_history_keeps_the_rest(world: World) -> None:
    waiting, denied = await asked(world, "First", order="1"), await asked(world, "Second", order="2")
    async with member(world) as person:
        await person.decide(denied, "deny")
        seen = await person.open("/approvals")
        assert "Waiting for you 1" in seen.text
        assert f"/approve/{waiting}" in seen.answer.text
        history = seen.text.partition("History")[2]
        assert "denied" in history
        assert "First" not in history
        assert "Nothing here yet" in (await person.open("/approvals?status=consumed")).text
        assert "First" not in (await person.open("/approvals?page=9999")).text.partition("History")[2]


async def hear(person: Person, heard: asyncio.Queue[str]) -> None:
    async with person.http.stream("GET", "/events") as answer:
        heard.put_nowait(str(answer.status_code))
        async for line in answer.aiter_lines():
            if line.startswith(("event", "retry")):
                heard.put_nowait(line)


async def test_an_open_page_hears_of_requests_decisions_and_its_own_end(world: World) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.timeout(20), member(world) as person, member(world) as other:
        listening = asyncio.create_task(hear(person, heard))
        assert [await heard.get(), await heard.get()] == ["200", "retry: 3000"]
        request_id = await asked(world)
        assert await heard.get() == "event: changed"
        await other.decide(request_id, "approve_once")
        assert await heard.get() == "event: changed"
        await person.submit((await person.open("/approvals")).form("/sign-out"))
        while (line := await heard.get()) == "event: changed":
            pass
        assert line == "event: ended"
        await listening
        assert world.gateway.waits.watchers(world.first.org_id) == 0


async def test_open_pages_do_not_keep_the_gateway_from_stopping(world: World) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.timeout(20), member(world) as person:
        listening = asyncio.create_task(hear(person, heard))
        assert [await heard.get(), await heard.get()] == ["200", "retry: 3000"]
        world.stop()
        await listening


async def test_news_are_for_the_signed_in_and_their_own_organisation(world: World) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.timeout(20), somebody(world) as nobody, member(world, world.second) as stranger:
        assert (await nobody.http.get("/events")).status_code == 401
        listening = asyncio.create_task(hear(stranger, heard))
        assert [await heard.get(), await heard.get()] == ["200", "retry: 3000"]
        request_id = await asked(world)
        await world.decide(request_id, "deny")
        world.clock.move(seconds=21)
        await asyncio.sleep(0)
        assert heard.empty()
        listening.cancel()
        await asyncio.wait([listening])


async def test_arguments_are_shown_in_full_whatever_their_shape(world: World) -> None:
    long = "x" * 5000 + "the end"
    given = {"order": json.dumps({"a": [1, None, True], "deep": {"er": "inside"}}), "note": long, "empty": ""}
    request_id = await asked(world, **given)
    async with member(world) as person:
        seen = await person.open(f"/approve/{request_id}")
    assert long in seen.text
    assert "5,007 characters: show all" in seen.text
    assert "empty text" in seen.text
    assert screen(seen.answer).tags.count("details") >= 3
