"""Installing a remote MCP server by OAuth, against an authorization server of our own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from agentport_gateway.store import integrations
from tests.gateway.oauth.authority import Authority, authority
from tests.gateway.web.people import Person, Screen, member
from tests.gateway.world import AWAIT, CALL, World, ask, facts, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.client import Client

pytestmark = pytest.mark.anyio

INSTALL = "agentport__install_integration"
STATUS = "agentport__get_auth_status"
START = "agentport__start_oauth_flow"
PLACE = {"integration_id": "probe"}


async def _add(world: World, url: str) -> None:
    given = {"name": "Probe", "url": url, "auth_methods": ["oauth"]}
    answer = await world.http.post("/api/integrations/custom", json=given, headers=world.first.as_human)
    assert answer.status_code == 201, answer.text


async def _install(agent: Client) -> dict[str, Any]:
    found: dict[str, Any] = facts(await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"}))
    return found


async def _leave(person: Person, url: str) -> str:
    """Where the gateway's page sends a person: the authorization server."""
    page = await person.open(url)
    sent = await person.submit(page.form("/oauth/sign-in/probe"), follow=False)
    assert sent.status == 303, sent.text
    where: str = sent.answer.headers["location"]
    return where


async def _answer(where: str) -> str:
    """Where the authorization server sends the person back to."""
    async with httpx2.AsyncClient() as http:
        sent: str = (await http.get(where)).headers["location"]
    return sent


async def _sign_in(person: Person, url: str) -> Screen:
    return await person.open(await _answer(await _leave(person, url)))


async def _signed_in(world: World, one: Authority, agent: Client) -> None:
    await _add(world, one.url)
    url = (await _install(agent))["authorization_url"]
    async with member(world) as person:
        await _sign_in(person, url)
    await world.set_mode("probe", "act", "allow")


async def test_an_agent_installs_a_person_signs_in_and_calls_go_through(world: World) -> None:
    async with authority() as one, world.agent() as agent, member(world) as person:
        await _add(world, one.url)
        installed = await _install(agent)
        assert installed["connected"] is False
        url = installed["authorization_url"]
        assert url == f"{world.base_url}/oauth/sign-in/probe"
        assert url in installed["message"]
        status = facts(await agent.call_tool(STATUS, PLACE))
        assert status == {
            "integration_id": "probe",
            "auth_method": "oauth",
            "connected": False,
            "oauth_status": "pending",
        }
        result = await agent.call_tool(CALL, ask("act", "probe"))
        assert result.is_error
        assert START in result.content[0].text
        assert facts(await agent.call_tool(START, PLACE))["authorization_url"] == url
        page = await person.open(url)
        assert one.base in page.text
        assert one.codes == {}
        await _sign_in(person, url)
        status = facts(await agent.call_tool(STATUS, PLACE))
        assert (status["connected"], status["oauth_status"]) == (True, "connected")
        asked = facts(await agent.call_tool(CALL, ask("act", "probe")))
        await world.decide(asked["request_id"], "approve-once")
        result = await agent.call_tool(AWAIT, {"request_id": asked["request_id"]})
        assert result.content[0].text == "acted 1"
    (client,) = one.clients.values()
    assert client["redirect_uris"] == [f"{world.base_url}/oauth/callback/probe"]


async def test_rest_has_the_same_flow(world: World) -> None:
    async with authority() as one, member(world) as person:
        await _add(world, one.url)
        human = world.first.as_human
        given = {"integration_id": "probe", "auth_method": "oauth"}
        answer = await world.http.post("/api/installed", json=given, headers=human)
        assert (answer.status_code, answer.json()["connected"]) == (201, False)
        flow = await world.http.post("/api/installed/probe/oauth-flow", headers=human)
        assert flow.json()["authorization_url"] == answer.json()["authorization_url"]
        await _sign_in(person, flow.json()["authorization_url"])
        status = await world.http.get("/api/installed/probe/auth-status", headers=world.first.as_agent)
        assert status.json()["oauth_status"] == "connected"
        for path, code in (("demo/oauth-flow", 409), ("nothing/oauth-flow", 404)):
            assert (await world.http.post(f"/api/installed/{path}", headers=human)).status_code == code
        status = await world.http.get("/api/installed/demo/auth-status", headers=human)
        assert "oauth_status" not in status.json()
        assert (await world.http.get("/api/installed/nothing/auth-status", headers=human)).status_code == 404


async def test_a_token_is_refreshed_before_it_ends_by_one_for_all(world: World) -> None:
    async with authority() as one, world.agent() as agent:
        await _signed_in(world, one, agent)
        await agent.call_tool(CALL, ask("act", "probe"))
        world.clock.move(seconds=3600 - 59)
        one.revoke_access()
        results = await asyncio.gather(*(agent.call_tool(CALL, ask("act", "probe", n=n)) for n in range(6)))
        assert [result.is_error for result in results] == [False] * 6
        assert [asked["grant_type"] for asked in one.asked] == ["authorization_code", "refresh_token"]
        assert one.asked[1]["resource"] == one.url


async def test_a_refused_token_is_refreshed_once_and_the_call_sent_again(world: World) -> None:
    async with authority() as one, world.agent() as agent:
        await _signed_in(world, one, agent)
        await agent.call_tool(CALL, ask("act", "probe"))
        one.revoke_access()
        result = await agent.call_tool(CALL, ask("act", "probe"))
        assert result.content[0].text == "acted 2"
        assert len(one.asked) == 2
        assert one.calls == 2


async def test_a_refused_refresh_ends_the_sign_in_and_signing_in_again_mends_it(world: World) -> None:
    async with authority() as one, world.agent() as agent, member(world) as person:
        await _signed_in(world, one, agent)
        one.revoke_access()
        one.refreshable.clear()
        result = await agent.call_tool(CALL, ask("act", "probe"))
        assert result.is_error
        assert one.calls == 0
        status = facts(await agent.call_tool(STATUS, PLACE))
        assert (status["connected"], status["oauth_status"]) == (False, "expired")
        asked = len(one.asked)
        await agent.call_tool(CALL, ask("act", "probe"))
        assert len(one.asked) == asked
        await _sign_in(person, facts(await agent.call_tool(START, PLACE))["authorization_url"])
        assert (await agent.call_tool(CALL, ask("act", "probe"))).content[0].text == "acted 1"


async def test_an_authorization_server_that_is_down_costs_nothing_but_the_call(world: World) -> None:
    async with authority() as one, world.agent() as agent:
        await _signed_in(world, one, agent)
        one.revoke_access()
        one.broken = True
        assert (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        assert facts(await agent.call_tool(STATUS, PLACE))["oauth_status"] == "connected"
        one.broken = False
        assert (await agent.call_tool(CALL, ask("act", "probe"))).content[0].text == "acted 1"


async def test_an_agent_that_leaves_does_not_stop_a_refresh_halfway(world: World) -> None:
    async with authority() as one, world.agent() as agent:
        await _signed_in(world, one, agent)
        one.revoke_access()
        one.hold = asyncio.Event()
        asked = len(one.asked)
        leaving = asyncio.create_task(agent.call_tool(CALL, ask("act", "probe")))
        async with asyncio.timeout(60):
            while len(one.asked) == asked:  # noqa: ASYNC110 - the authorization server offers no event for it
                await asyncio.sleep(0.002)
        leaving.cancel()
        await asyncio.wait([leaving])
        one.hold.set()
        assert not (await agent.call_tool(CALL, ask("act", "probe", again=True))).is_error
        assert len(one.asked) == asked + 1


async def test_a_restart_keeps_the_sign_in_and_secrets_are_sealed(tmp_path: Path) -> None:
    async with authority() as one:
        async with running_gateway(tmp_path, knows_address=True) as world, world.agent() as agent:
            await _signed_in(world, one, agent)
            tenants = (world.first, world.second)
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())  # noqa: ASYNC240
        for secret in (b"access-1", b"refresh-1", one.asked[0]["code_verifier"].encode()):
            assert secret not in kept
        async with running_gateway(tmp_path, tenants=tenants, knows_address=True) as world, world.agent() as agent:
            assert (await agent.call_tool(CALL, ask("act", "probe"))).content[0].text == "acted 1"


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
async def test_a_server_that_gives_a_secret_gets_it_back(world: World, method: str) -> None:
    async with authority() as one, world.agent() as agent:
        one.auth_methods = (method,)
        await _signed_in(world, one, agent)
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error


async def test_without_a_named_document_it_is_looked_for_where_it_belongs(world: World) -> None:
    async with authority() as one, world.agent() as agent:
        one.names_metadata = False
        await _signed_in(world, one, agent)
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error


async def test_servers_that_cannot_be_trusted_are_not_signed_in_to(world: World) -> None:
    async with authority() as one, world.agent() as agent:
        await _add(world, one.url)
        for metadata, resource, why in (
            ({"code_challenge_methods_supported": None}, {}, "PKCE"),
            ({"code_challenge_methods_supported": ["plain"]}, {}, "PKCE"),
            ({"issuer": "https://evil.example"}, {}, "another one"),
            ({"registration_endpoint": None}, {}, "registration"),
            ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, {}, "in no way"),
            ({}, {"resource": "https://evil.example/mcp"}, "another resource"),
            ({"authorization_endpoint": "javascript:alert(1)"}, {}, "can be found"),
        ):
            one.metadata, one.resource = metadata, resource
            result = await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"})
            assert result.is_error
            assert why in result.content[0].text
        assert one.clients == {}
        assert (await world.http.get("/api/installed", headers=world.first.as_human)).json()[-1][
            "integration_id"
        ] != "probe"


async def test_only_the_browser_that_began_finishes_and_only_once(world: World) -> None:
    async with (
        authority() as one,
        world.agent() as agent,
        member(world) as person,
        member(world) as other_browser,
        member(world, world.second) as stranger,
    ):
        await _add(world, one.url)
        url = (await _install(agent))["authorization_url"]
        assert (await stranger.open(url)).status == 404
        # Someone else's sign-in, handed to this person as a link, is not taken.
        handed = await _answer(await _leave(other_browser, url))
        for browser in (person, stranger):
            assert (await browser.open(handed)).status == 400
        assert len(one.asked) == 0
        back = await _answer(await _leave(person, url))
        assert (await person.open(back)).status != 400
        assert (await person.open(back)).status == 400
        assert len(one.asked) == 1
        late = await _answer(await _leave(person, url))
        world.clock.move(minutes=11)
        assert (await person.open(late)).status == 400


async def test_an_answer_from_another_server_is_not_taken(world: World) -> None:
    async with authority() as one, world.agent() as agent, member(world) as person:
        await _add(world, one.url)
        url = (await _install(agent))["authorization_url"]
        for iss in ("https://evil.example", "", None):
            back = await _answer(await _leave(person, url))
            given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
            if iss is None:
                del given["iss"]
            else:
                given["iss"] = iss
            seen = await person.open("/oauth/callback/probe", params=given)
            assert seen.status == 400
            assert "another server" in seen.text
        assert one.asked == []
        # Nor one that comes back to another integration's address.
        back = await _answer(await _leave(person, url))
        assert (await person.open(back.replace("/callback/probe", "/callback/demo"))).status == 400
        refused = await _answer(await _leave(person, url))
        hostile = refused.replace("code=", "error=<script>&x=")
        seen = await person.open(hostile)
        assert seen.status == 400
        assert seen.tags.count("script") == 1
        assert one.asked == []


async def test_what_was_granted_for_one_address_is_not_sent_to_another(world: World) -> None:
    async with authority() as one, authority() as another, world.agent() as agent:
        await _signed_in(world, one, agent)
        await world.http.patch(
            "/api/integrations/custom/probe", json={"url": another.url}, headers=world.first.as_human
        )
        assert (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        assert another.seen == []
        status = facts(await agent.call_tool(STATUS, PLACE))
        assert (status["connected"], status["oauth_status"]) == (False, "pending")
        async with member(world) as person:
            url = f"{world.base_url}/oauth/sign-in/probe"
            assert another.base in (await person.open(url)).text
            assert facts(await agent.call_tool(START, PLACE))["authorization_url"] == url
            await _sign_in(person, url)
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        assert another.seen[-1] == "access-1"


async def test_an_integration_that_moved_unnoticed_takes_no_token_along(world: World) -> None:
    """As when a later version's catalogue has another address for it."""
    async with authority() as one, authority() as another, world.agent() as agent:
        await _signed_in(world, one, agent)
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        org_id = world.first.org_id
        custom = await world.gateway.database.read(
            lambda connection: integrations.find_custom(connection, org_id=org_id, integration_id="probe")
        )
        assert custom is not None
        moved = replace(custom, definition={**custom.definition, "url": another.url})
        await world.gateway.database.write(lambda connection: integrations.change_custom(connection, moved))
        world.gateway.views.drop(org_id)
        world.gateway.upstreams.forget(org_id, "probe")
        another.good |= one.good
        assert (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        assert another.seen == []


async def test_signing_in_again_ends_what_was_approved_for_the_account_before(world: World) -> None:
    async with authority() as one, world.agent() as agent, member(world) as person:
        await _signed_in(world, one, agent)
        await world.set_mode("probe", "act", "require_approval")
        request_id = facts(await agent.call_tool(CALL, ask("act", "probe")))["request_id"]
        await world.decide(request_id, "approve-once")
        await _sign_in(person, f"{world.base_url}/oauth/sign-in/probe")
        result = await agent.call_tool(AWAIT, {"request_id": request_id})
        assert result.is_error
        assert one.calls == 0
