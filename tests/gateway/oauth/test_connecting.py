"""A client connects without a pasted key: metadata, registration, consent, tokens, refresh, revocation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
import pytest
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

from tests.gateway.oauth.flow import CALLBACK, Program, program, query_of
from tests.gateway.world import AWAIT, CALL, World, ask, facts, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

pytestmark = pytest.mark.anyio


async def test_the_metadata_leads_from_the_refusal_to_every_endpoint(world: World) -> None:
    refused = await world.http.post("/mcp", json={})
    named = refused.headers["www-authenticate"].partition('resource_metadata="')[2].rstrip('"')
    resource = (await world.http.get(named)).json()
    assert resource["resource"] == f"{world.base_url}/mcp"
    assert resource["authorization_servers"] == [world.base_url]
    server = (await world.http.get("/.well-known/oauth-authorization-server")).json()
    assert server["issuer"] == world.base_url
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert server["authorization_response_iss_parameter_supported"] is True
    assert server["client_id_metadata_document_supported"] is False
    assert "none" in server["token_endpoint_auth_methods_supported"]
    for name in ("authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"):
        assert server[name].startswith(f"{world.base_url}/")
    for path in ("", "/mcp", "/mcp/"):
        found = await world.http.get(f"/.well-known/oauth-protected-resource{path}")
        assert found.json() == resource
        assert (await world.http.get(f"/.well-known/oauth-authorization-server{path}")).json() == server
    assert (await world.http.get("/.well-known/oauth-nothing")).status_code == 404


async def test_a_gateway_without_tls_beyond_this_machine_offers_no_oauth(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, base_url="http://gateway.example") as world:
        for path in ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"):
            assert (await world.http.get(path)).status_code == 404
        assert (await world.http.post("/register", json={})).status_code == 404
        assert (await world.http.get("/authorize")).status_code == 400


class _Memory:
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def test_the_sdks_client_connects_by_itself_and_calls(world: World) -> None:
    async with program(world) as walker:
        heard: dict[str, str] = {}

        async def show(url: str) -> None:
            walker.client_id = query_of(url)["client_id"]
            answer = await walker.person.http.get(url)
            page = await walker.person.open(answer.headers["location"])
            sent = await walker.person.submit(page.form("/oauth/consent"), follow=False, answer="allow")
            heard.update(query_of(sent.answer.headers["location"]))

        async def answer() -> AuthorizationCodeResult:
            return AuthorizationCodeResult(**heard)

        metadata = OAuthClientMetadata(client_name="SDK", redirect_uris=[CALLBACK])
        auth = OAuthClientProvider(f"{world.base_url}/mcp", metadata, _Memory(), show, answer)
        async with (
            httpx2.AsyncClient(auth=auth, timeout=30) as http,
            Client(streamable_http_client(f"{world.base_url}/mcp", http_client=http)) as client,
        ):
            asked = facts(await client.call_tool(CALL, ask()))
            assert asked["outcome"] == "approval_required"
            await world.decide(asked["request_id"], "approve-once")
            assert facts(await client.call_tool(AWAIT, {"request_id": asked["request_id"]}))["outcome"] == "executed"
    entry = (await world.logs())[0]
    assert entry["requested_by"].startswith("SDK (oauth:")


async def test_a_connection_lasts_by_refreshing_and_each_refresh_token_works_once(world: World) -> None:
    async with program(world) as client:
        first = await client.connect()
        assert first["token_type"] == "Bearer"
        assert (await client.mcp()).status_code == 200
        world.clock.move(seconds=first["expires_in"] + 1)
        assert (await client.mcp()).status_code == 401
        answer = await client.refresh()
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        second = answer.json()
        assert second["refresh_token"] != first["refresh_token"]
        assert (await client.mcp()).status_code == 200


async def test_a_refresh_token_shown_twice_ends_the_connection(world: World) -> None:
    async with program(world) as client:
        first = await client.connect()
        second = (await client.refresh()).json()
        assert (await client.mcp(second["access_token"])).status_code == 200
        again = await client.refresh(first["refresh_token"])
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        for token in (first["access_token"], second["access_token"]):
            assert (await client.mcp(token)).status_code == 401
        assert (await client.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_of_many_that_refresh_at_once_at_most_one_succeeds(world: World) -> None:
    async with program(world) as client:
        first = await client.connect()
        answers = await asyncio.gather(*(client.refresh(first["refresh_token"]) for _ in range(8)))
        assert sorted(one.status_code for one in answers)[0:2] in ([200, 400], [400, 400])
        assert sum(one.status_code == 200 for one in answers) == 1


async def test_a_refresh_token_ends_after_its_time(world: World) -> None:
    async with program(world) as client:
        await client.connect()
        world.clock.move(days=31)
        assert (await client.refresh()).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_a_client_can_end_its_connection(world: World, which: str) -> None:
    async with program(world) as client:
        tokens = await client.connect()
        given = {"client_id": client.client_id, "token": tokens[which], "token_type_hint": which}
        assert (await client.http.post("/revoke", data=given)).status_code == 200
        assert (await client.mcp()).status_code == 401
        assert (await client.refresh()).json()["error"] == "invalid_grant"
        assert (await client.http.post("/revoke", data=given)).status_code == 200


async def test_another_client_cannot_end_it(world: World) -> None:
    async with program(world) as client:
        tokens = await client.connect()
        owner = client.client_id
        await client.register()
        given = {"client_id": client.client_id, "token": tokens["refresh_token"]}
        assert (await client.http.post("/revoke", data=given)).status_code == 200
        assert (await client.refresh()).json()["error"] == "invalid_grant"
        client.client_id = owner
        assert (await client.refresh()).status_code == 200


async def test_people_see_and_end_connections_and_what_hangs_on_them_ends_too(world: World) -> None:
    async with program(world) as client:
        await client.connect(client_name="Tool \u202e of mine")
        opened = await client.mcp()
        session = {
            "Mcp-Session-Id": opened.headers["mcp-session-id"],
            "MCP-Protocol-Version": "2025-11-25",
        }
        (one,) = (await world.http.get("/api/connected-clients", headers=world.first.as_human)).json()
        assert one["name"] == "Tool \u202e of mine"
        assert one["connected_by"] == "one@example.org"
        assert (await world.http.get("/api/connected-clients", headers=world.second.as_human)).json() == []
        path = f"/api/connected-clients/{one['id']}"
        assert (await world.http.delete(path, headers=world.second.as_human)).status_code == 404
        assert (await world.http.get("/api/api-keys", headers=world.first.as_human)).json()[0]["id"] != one["id"]
        request_id = await _ask_by(client, session)
        assert (await world.http.delete(path, headers=world.first.as_human)).status_code == 204
        assert (await client.mcp(**session)).status_code == 401
        request = await world.http.get(f"/api/tool-approvals/requests/{request_id}", headers=world.first.as_human)
        assert request.json()["end_reason"] == "key_revoked"
        assert (await world.http.get("/api/connected-clients", headers=world.first.as_human)).json() == []


async def _ask_by(client: Program, session: dict[str, str]) -> str:
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", **session}
    headers["Accept"] = "application/json, text/event-stream"
    await client.http.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=headers)
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": CALL, "arguments": ask()}}
    answer = await client.http.post("/mcp", json=call, headers=headers)
    found: str = answer.json()["result"]["structuredContent"]["request_id"]
    return found


async def test_secrets_are_hashed_or_sealed_at_rest(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, knows_address=True) as world, program(world) as client:
        answer = await client.register(token_endpoint_auth_method="client_secret_post")
        secret = answer.json()["client_secret"]
        heard = await client.answered()
        assert (await client.exchange(heard["code"])).status_code == 401
        assert (await client.exchange(heard["code"], client_secret="wrong")).status_code == 401
        assert (await client.exchange(heard["code"], client_secret=secret)).status_code == 200
        found = [secret, heard["code"], client.tokens["access_token"], client.tokens["refresh_token"]]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())  # noqa: ASYNC240
    assert [one for one in found if one.encode() in kept] == []


async def test_a_client_may_show_its_secret_by_http_basic(world: World) -> None:
    async with program(world) as client:
        answer = await client.register(token_endpoint_auth_method="client_secret_basic")
        heard = await client.answered()
        assert (await client.exchange(heard["code"])).status_code == 401
        form = {
            "grant_type": "authorization_code",
            "code": heard["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": "v" * 64,
        }
        for secret, status in (("wrong", 401), (answer.json()["client_secret"], 200)):
            shown = (client.client_id, secret)
            assert (await client.http.post("/token", data=form, auth=shown)).status_code == status
        for broken in ("Basic", "Basic !!!", "Basic eCZ5PTE6eg=="):
            answer = await client.http.post("/token", data=form, headers={"Authorization": broken})
            assert answer.status_code == 401


async def test_registrations_are_bounded(world: World) -> None:
    async with program(world) as client:
        statuses = [(await client.register()).status_code for _ in range(61)]
        assert statuses == [201] * 60 + [429]
        world.clock.move(hours=1)
        assert (await client.register()).status_code == 201
        world.clock.move(hours=1)
        assert (await client.register(client_name="x" * 70_000)).status_code == 413
        assert (await client.register(client_name="\x00")).status_code == 400
        assert (await client.register(redirect_uris=[f"{CALLBACK}/{n}" for n in range(11)])).status_code == 400
