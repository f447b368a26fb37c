"""Being known to an upstream's authorization server: by a client given by hand, or by the gateway's own document."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.gateway.oauth.authority import authority
from tests.gateway.oauth.test_upstream_sign_in import INSTALL, PLACE, _add, _answer, _leave, _sign_in
from tests.gateway.web.people import Person, give_password, member, somebody
from tests.gateway.world import CALL, World, ask, facts, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.gateway.oauth.authority import Authority

pytestmark = pytest.mark.anyio

SECRET = "a secret & more"
CLIENT = "/api/upstream-clients/probe"
HAND_MADE = {"client_id": "hand-made", "client_secret": SECRET}


def without_registration(one: Authority, *, method: str = "client_secret_post", callback: str) -> None:
    """A provider that only knows the client that somebody made in its settings."""
    one.metadata = {"registration_endpoint": None}
    one.auth_methods = (method,)
    one.clients["hand-made"] = {
        "client_id": "hand-made",
        "redirect_uris": [callback],
        "token_endpoint_auth_method": method,
        **({"client_secret": SECRET} if method != "none" else {}),
    }


def callback_of(world: World) -> str:
    return f"{world.gateway.settings.base_url}/oauth/callback/probe"


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic", "none"])
async def test_a_client_given_by_hand_serves_where_nobody_can_register(world: World, method: str) -> None:
    human = world.first.as_human
    async with authority() as one, world.agent() as agent, member(world) as person:
        without_registration(one, method=method, callback=callback_of(world))
        await _add(world, one.url)
        refused = await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"})
        assert "takes no registration: give a client of your own" in refused.content[0].text
        given = HAND_MADE if method != "none" else {"client_id": "hand-made"}
        answer = await world.http.put(CLIENT, json=given, headers=human)
        assert answer.status_code == 200, answer.text
        assert SECRET not in answer.text
        shown = answer.json()
        assert (shown["issuer"], shown["has_secret"]) == (one.base, method != "none")
        assert shown["redirect_uri"] == callback_of(world)
        url = facts(await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"}))["authorization_url"]
        await _sign_in(person, url)
        await world.set_mode("probe", "act", "allow")
        assert (await agent.call_tool(CALL, ask("act", "probe"))).content[0].text == "acted 1"
        world.clock.move(seconds=3600)
        assert (await agent.call_tool(CALL, ask("act", "probe"))).content[0].text == "acted 2"
        assert [asked["client_id"] for asked in one.asked] == ["hand-made", "hand-made"]
    (listed,) = (await world.http.get("/api/upstream-clients", headers=human)).json()
    assert listed == shown


async def test_it_is_given_on_a_page_and_taken_back_there(world: World) -> None:
    async with authority() as one, member(world) as person, member(world, world.second) as stranger:
        without_registration(one, callback=callback_of(world))
        await _add(world, one.url)
        tried = next(
            form
            for form in (await person.open("/integrations")).forms
            if form.fields.get("integration_id") == "probe" and form.fields.get("auth_method") == "oauth"
        )
        failed = await person.submit(tried)
        assert (failed.status, "give a client of your own" in failed.text) == (422, True)
        path = "/integrations/probe/client"
        assert ("href", path) in failed.attributes
        page = await person.open(path)
        assert callback_of(world) in page.text
        for fields in ({"client_id": ""}, {"client_id": "ünclean"}, {"client_id": "x", "client_secret": "a\x01b"}):
            assert (await person.submit(page.form(path), **fields)).status == 422
        kept = await person.submit(page.form(path), client_id="hand-made", client_secret=SECRET)
        assert (kept.path, "Signing in to the integration uses it" in kept.text) == ("/integrations", True)
        page = await person.open(path)
        assert ("hand-made" in page.text, SECRET in page.answer.text) == (True, False)
        assert (await stranger.open(path)).path == "/integrations"
        await _sign_in(person, (await person.submit(tried)).answer.url.path)
        assert "Signed in" not in (await person.open("/integrations")).text
        gone = await person.submit(page.form(f"{path}/remove"))
        assert "does without it" in gone.text
        # Who signed in with it signs in again, and there is nothing to do it with any more.
        assert "not connected" in gone.text
        assert "takes no registration" in (await person.open("/oauth/sign-in/probe")).text


async def test_only_people_give_clients_and_only_their_own_organisations(world: World) -> None:
    async with authority() as one:
        without_registration(one, callback=callback_of(world))
        await _add(world, one.url)
        agent = world.first.as_agent
        for method, path in (("PUT", CLIENT), ("DELETE", CLIENT), ("GET", "/api/upstream-clients")):
            body = HAND_MADE if method == "PUT" else None
            assert (await world.http.request(method, path, json=body, headers=agent)).status_code in (401, 403)
        assert (await world.http.put(CLIENT, json=HAND_MADE, headers=world.first.as_human)).status_code == 200
        other = world.second.as_human
        assert (await world.http.put(CLIENT, json=HAND_MADE, headers=other)).status_code == 404
        assert (await world.http.delete(CLIENT, headers=other)).status_code == 404
        assert (await world.http.get("/api/upstream-clients", headers=other)).json() == []
        assert (await world.http.delete(CLIENT, headers=world.first.as_human)).status_code == 204
        assert (await world.http.delete(CLIENT, headers=world.first.as_human)).status_code == 404
        unsigned = "/api/upstream-clients/demo"
        assert (await world.http.put(unsigned, json=HAND_MADE, headers=world.first.as_human)).status_code == 404


async def test_the_secret_is_sealed_and_sent_to_the_server_it_was_given_for_only(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as world, authority() as one, authority() as other, world.agent() as agent:
        human = world.first.as_human
        without_registration(one, callback=callback_of(world))
        without_registration(other, callback=callback_of(world))
        await _add(world, one.url)
        await world.http.put(CLIENT, json=HAND_MADE, headers=human)
        # The integration turns bad and names another authorization server, which would get the secret.
        one.resource = {"authorization_servers": [other.base]}
        refused = await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"})
        assert "is another one than" in refused.content[0].text
        one.resource = {}
        # Or somebody moves it elsewhere: what was given for the old address is not used there.
        await world.http.patch("/api/integrations/custom/probe", json={"url": other.url}, headers=human)
        refused = await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"})
        assert "takes no registration" in refused.content[0].text
        async with member(world) as person:
            assert "has another address since" in (await person.open("/integrations/probe/client")).text
        assert one.asked == other.asked == []
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())  # noqa: ASYNC240
    assert b"hand-made" in kept
    assert SECRET.encode() not in kept


async def test_another_client_ends_the_sign_in_and_a_removed_integration_forgets_its_own(world: World) -> None:
    human = world.first.as_human
    async with authority() as one, world.agent() as agent, member(world) as person:
        without_registration(one, callback=callback_of(world))
        await _add(world, one.url)
        await world.http.put(CLIENT, json=HAND_MADE, headers=human)
        url = facts(await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"}))["authorization_url"]
        await _sign_in(person, url)
        await world.set_mode("probe", "act", "allow")
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        one.clients["second"] = {**one.clients["hand-made"], "client_id": "second"}
        await world.http.put(CLIENT, json={**HAND_MADE, "client_id": "second"}, headers=human)
        assert (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        await _sign_in(person, url)
        assert one.asked[-1]["client_id"] == "second"
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        assert (await world.http.delete("/api/integrations/custom/probe", headers=human)).status_code == 204
        assert (await world.http.get("/api/upstream-clients", headers=human)).json() == []
        await _add(world, one.url)
        assert (await agent.call_tool(INSTALL, {**PLACE, "auth_method": "oauth"})).is_error


async def test_an_authorization_server_that_cannot_be_found_takes_no_client(world: World) -> None:
    await _add(world, "http://127.0.0.1:9/mcp")
    answer = await world.http.put(CLIENT, json=HAND_MADE, headers=world.first.as_human)
    assert (answer.status_code, answer.json()["detail"][:8]) == (400, "Not kept")


class _Proxy(httpx2.AsyncHTTPTransport):
    """What speaks TLS for a gateway: requests to its name arrive at its port."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._port = urlsplit(world.base_url).port

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        inside = httpx2.Request(
            request.method,
            request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await super().handle_async_request(inside)


@contextlib.asynccontextmanager
async def through_a_proxy(world: World) -> AsyncIterator[Person]:
    """A member who knows the gateway by its public address."""
    base_url = world.gateway.settings.base_url
    async with httpx2.AsyncClient(base_url=base_url, timeout=30, transport=_Proxy(world)) as http:
        person = Person(http, "")
        assert (await person.sign_in(await give_password(world))).path == "/approvals"
        yield person


PUBLIC: dict[str, Any] = {"base_url": "https://gateway.example", "allowed_hosts": ("127.0.0.1",)}


async def test_a_server_that_reads_documents_knows_the_gateway_by_its_own(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, **PUBLIC) as world, authority() as one, world.agent() as agent:
        one.documents_at = world.base_url
        one.metadata = {"client_id_metadata_document_supported": True}
        await _add(world, one.url)
        answer = await world.http.post(
            "/api/installed", json={"integration_id": "probe", "auth_method": "oauth"}, headers=world.first.as_human
        )
        assert answer.status_code == 201, answer.text
        assert one.clients == {}
        document = await world.http.get("/oauth/client/probe", headers={"Host": "gateway.example"})
        assert document.headers["content-type"] == "application/json"
        assert document.json() == {
            "client_id": "https://gateway.example/oauth/client/probe",
            "client_name": "AgentPort",
            "client_uri": "https://gateway.example",
            "redirect_uris": ["https://gateway.example/oauth/callback/probe"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "application_type": "web",
            "token_endpoint_auth_method": "none",
        }
        async with through_a_proxy(world) as person:
            back = await _answer(await _leave(person, "/oauth/sign-in/probe"))
            assert back.startswith("https://gateway.example/oauth/callback/probe?")
            assert "Signed in." in (await person.open(back)).text
        assert [asked["client_id"] for asked in one.asked] == ["https://gateway.example/oauth/client/probe"]
        await world.set_mode("probe", "act", "allow")
        assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error


async def test_a_client_given_by_hand_comes_before_the_document_and_the_document_before_registering(
    tmp_path: Path,
) -> None:
    async with running_gateway(tmp_path, **PUBLIC) as world, authority() as one, world.agent() as agent:
        human = world.first.as_human
        install = {**PLACE, "auth_method": "oauth"}
        await _add(world, one.url)

        async def known_as() -> str:
            found = await agent.call_tool(INSTALL, install)
            assert not found.is_error, found.content[0].text
            async with through_a_proxy(world) as person:
                where = await _leave(person, "/oauth/sign-in/probe")
            await world.http.delete("/api/installed/probe", headers=human)
            return where.partition("client_id=")[2].partition("&")[0]

        assert await known_as() == "client-0"
        one.metadata = {"client_id_metadata_document_supported": True}
        assert await known_as() == "https%3A%2F%2Fgateway.example%2Foauth%2Fclient%2Fprobe"
        # Such a client has no secret: a server that wants one is registered with.
        one.auth_methods = ("client_secret_post",)
        assert await known_as() == "client-1"
        one.auth_methods = ("none", "client_secret_post")
        await world.http.put(CLIENT, json=HAND_MADE, headers=human)
        assert await known_as() == "hand-made"


@pytest.mark.parametrize("settings", [{}, {**PUBLIC, "own_client_document": False}])
async def test_a_gateway_that_nobody_can_reach_publishes_no_document(tmp_path: Path, settings: dict[str, Any]) -> None:
    async with running_gateway(tmp_path, **settings) as world, authority() as one, somebody(world) as person:
        one.metadata = {"client_id_metadata_document_supported": True}
        await _add(world, one.url)
        given = {"integration_id": "probe", "auth_method": "oauth"}
        assert (await world.http.post("/api/installed", json=given, headers=world.first.as_human)).status_code == 201
        assert list(one.clients) == ["client-0"]
        assert (await person.open("/oauth/client/probe")).status == 404


async def test_the_document_of_what_is_no_integration_says_nothing(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, **PUBLIC) as world:
        for name in ("a%22b", "..%2F..", "x" * 101, "a%0Ab"):
            assert (await world.http.get(f"/oauth/client/{name}")).status_code == 404
