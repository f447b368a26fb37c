"""Attacks on the authorization server: each fails closed, and nothing secret leaves by the failure."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from agentport_gateway.domain import redirects
from agentport_gateway.operations import connecting
from tests.gateway.oauth.flow import CALLBACK, Program, challenge, program, query_of
from tests.gateway.web.people import member, somebody
from tests.gateway.world import World, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

TRICKS = (
    "http://127.0.0.1:5555/callback/",
    "http://127.0.0.1:5555/callback?x=1",
    "http://127.0.0.1:5555/callback#x",
    "http://127.0.0.1:5555/callback/../callback",
    "http://127.0.0.1:5555/x/../callback",
    "http://127.0.0.1:5555/CALLBACK",
    "http://127.0.0.1:5555/%63allback",
    "http://localhost:5555/callback",
    "http://[::1]:5555/callback",
    "http://127.1:5555/callback",
    "http://2130706433:5555/callback",
    "https://127.0.0.1:5555/callback",
    "http://user@127.0.0.1:5555/callback",
    "http://127.0.0.1:5555@evil.example/callback",
    "http://evil.example:5555/callback",
    "http://127.0.0.1.evil.example:5555/callback",
    "http://127.0.0.1:5555\\@evil.example/callback",
    "http://127.0.0.1:5555/call\nback",
    "//evil.example/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    " http://127.0.0.1:5555/callback",
    "",
)


async def test_the_answer_goes_nowhere_but_where_the_client_registered(world: World) -> None:
    async with program(world) as client:
        await client.register()
        for uri in TRICKS:
            for more in ({}, {"response_type": "nonsense"}, {"code_challenge_method": "plain"}):
                answer = await client.ask(redirect_uri=uri, **more)
                assert answer.status_code == 400, uri
                assert "location" not in answer.headers, uri
                assert "evil.example" not in answer.text, uri


async def test_a_program_on_loopback_may_listen_on_any_port_and_no_site_may(world: World) -> None:
    site = "https://app.example/callback"
    async with program(world) as client:
        await client.register(redirect_uris=[CALLBACK, site])
        elsewhere = "http://127.0.0.1:61234/callback"
        heard = await client.answered(redirect_uri=elsewhere)
        assert (await client.exchange(heard["code"])).status_code == 400
        assert (await client.exchange(heard["code"], redirect_uri=elsewhere)).status_code == 200
        assert (await client.ask(redirect_uri="https://app.example:444/callback")).status_code == 400


UNFIT = (
    "http://app.example/cb",
    "javascript:alert(1)//x",
    "data:text/html,x",
    "file:///etc/passwd",
    "vbscript:x",
    "view-source:http://127.0.0.1/",
    "https://a.example/#x",
    "https://u:p@a.example/cb",
    "https://a.example/" + "x" * 400,
    "x:",
    "cb",
)


async def test_no_client_registers_a_place_that_runs_or_leaks(world: World) -> None:
    async with program(world) as client:
        for uri in UNFIT:
            answer = await client.register(redirect_uris=[CALLBACK, uri])
            assert answer.status_code == 400, uri
            assert answer.json()["error"] in ("invalid_redirect_uri", "invalid_client_metadata")


DOWNGRADES: tuple[dict[str, str | None], ...] = (
    {"code_challenge": None},
    {"code_challenge_method": None},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": "s256"},
    {"code_challenge": ""},
    {"code_challenge": "short"},
    {"code_challenge": challenge() + "="},
    {"code_challenge": "v" * 64},
)


async def test_a_code_is_bound_to_a_sha256_challenge_or_not_given(world: World) -> None:
    async with program(world) as client:
        await client.register()
        for more in DOWNGRADES:
            answer = await client.ask(**more)
            assert answer.status_code == 302, more
            heard = query_of(answer.headers["location"])
            assert answer.headers["location"].startswith(CALLBACK), more
            assert heard["error"] == "invalid_request", more
            assert (heard["state"], heard["iss"]) == ("s1", world.base_url)


async def test_without_the_verifier_a_code_gives_nothing(world: World) -> None:
    async with program(world) as client:
        await client.register()
        heard = await client.answered()
        for verifier in (None, "", "w" * 64, challenge()):
            answer = await client.exchange(heard["code"], code_verifier=verifier)
            assert answer.status_code == 400
            assert "access_token" not in answer.text


async def test_a_code_that_is_shown_again_ends_what_came_of_it(world: World) -> None:
    async with program(world) as client:
        await client.register()
        heard = await client.answered()
        assert (await client.exchange(heard["code"])).status_code == 200
        assert (await client.mcp()).status_code == 200
        again = await client.exchange(heard["code"], code_verifier="w" * 64)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert (await client.mcp()).status_code == 401
        assert (await client.refresh()).json()["error"] == "invalid_grant"


async def test_of_many_that_show_a_code_at_once_none_keeps_what_it_got(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 6
    find, found_by_all = connecting.find_code, asyncio.Barrier(many)

    async def find_together(*given: Any) -> Any:
        """Each finds the code before any takes it."""
        found = await find(*given)
        async with asyncio.timeout(60):
            await found_by_all.wait()
        return found

    async with program(world) as client:
        await client.register()
        heard = await client.answered()
        monkeypatch.setattr(connecting, "find_code", find_together)
        answers = await asyncio.gather(*(client.exchange(heard["code"]) for _ in range(many)))
        assert sum(answer.status_code == 200 for answer in answers) == 1
        assert (await client.mcp()).status_code == 401


async def test_a_code_is_good_for_a_minute_and_for_its_client(world: World) -> None:
    async with program(world) as client:
        await client.register()
        owner, heard = client.client_id, await client.answered()
        await client.register()
        assert (await client.exchange(heard["code"])).json()["error"] == "invalid_grant"
        assert (await client.exchange(heard["code"], client_id=owner, redirect_uri=None)).status_code == 400
        world.clock.move(seconds=61)
        assert (await client.exchange(heard["code"], client_id=owner)).json()["error"] == "invalid_grant"


async def test_a_consent_that_waited_too_long_gives_no_code(world: World) -> None:
    async with program(world) as client:
        await client.register()
        page = await client.consent_page()
        world.clock.move(minutes=11)
        sent = await client.person.submit(page.form("/oauth/consent"), follow=False, answer="allow")
        assert sent.status == 400
        for wish in ("", "x", world.gateway.sealer.seal("[]"), world.gateway.sealer.seal("a token of an upstream")):
            assert (await client.person.open("/oauth/consent", params={"wish": wish})).status == 400


async def test_tokens_of_one_door_do_not_open_the_other(world: World) -> None:
    async with program(world) as client:
        tokens = await client.connect()
        for token in (tokens["access_token"], tokens["refresh_token"]):
            for headers in ({"Authorization": f"Bearer {token}"}, {"X-API-Key": token}):
                for path in ("/api/tools", "/api/installed", "/api/logs", "/api/users/me"):
                    assert (await world.http.get(path, headers=headers)).status_code == 401
        assert (await client.mcp(tokens["refresh_token"])).status_code == 401
        assert (await client.mcp(world.first.sign_in)).status_code == 401
        assert (await client.mcp("apo_" + "x" * 43)).status_code == 401
        key = {"X-API-Key": tokens["access_token"]}
        assert (await world.http.post("/mcp", json={}, headers=key)).status_code == 401


async def test_tokens_for_another_audience_are_neither_given_nor_taken(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, knows_address=True) as world, program(world) as client:
        await client.register()
        for other in ("https://elsewhere.example/mcp", world.base_url, f"{world.base_url}/api", "mcp"):
            refused = await client.ask(resource=other)
            assert query_of(refused.headers["location"])["error"] == "invalid_target"
        heard = await client.answered()
        wrong = await client.exchange(heard["code"], resource="https://elsewhere.example/mcp")
        assert wrong.json()["error"] == "invalid_target"
        await client.exchange(heard["code"])
        assert (await client.mcp()).status_code == 200
        token, tenants = client.tokens["access_token"], (world.first, world.second)
    # The same database behind another address is another resource.
    async with running_gateway(tmp_path, tenants=tenants, knows_address=True) as moved:
        answer = await moved.http.post("/mcp", json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


async def test_every_answer_says_which_server_it_is_from(world: World) -> None:
    async with program(world) as client:
        await client.register()
        allowed, refused = await client.answered(), await client.answered("refuse")
        assert allowed["iss"] == refused["iss"] == world.base_url
        assert (allowed["state"], refused["state"]) == ("s1", "s1")
        assert refused["error"] == "access_denied"
        assert "code" not in refused


async def test_only_a_member_who_saw_the_page_can_consent(world: World) -> None:
    async with program(world) as client, somebody(world) as stranger, member(world, world.second) as other:
        await client.register()
        page = await client.consent_page()
        form = page.form("/oauth/consent")
        where = str(page.answer.url)
        assert (await stranger.open(where)).path == "/sign-in"
        forged = await stranger.submit(form, follow=False, answer="allow")
        assert "code=" not in forged.answer.headers.get("location", "")
        # Another person's browser does not take this person's form, nor one without its token.
        for token in (form.fields["form_token"], "", "0" * 64):
            forged = await other.submit(form, follow=False, answer="allow", form_token=token)
            assert forged.status == 403
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "null"},
        ):
            forged = await client.person.submit(form, follow=False, headers=headers, answer="allow")
            assert forged.status == 403
        asked = await client.person.http.get(where, params={"answer": "allow"})
        assert "code=" not in str(asked.url)


async def test_the_consent_page_cannot_be_framed_and_sends_its_form_nowhere_else(world: World) -> None:
    async with program(world) as client:
        await client.register()
        page = await client.consent_page()
        assert page.answer.headers["x-frame-options"] == "DENY"
        policy = page.answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self' http://127.0.0.1:5555;" in policy
        assert page.answer.headers["cache-control"] == "no-store"


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "AgentPort\u202e\u2066 security\u200b",
    "Claude\x1b[31m Code",
    "a\nb\r\nSet-Cookie: x=y",
    "n" * 60_000 + "end",
)


async def test_a_hostile_name_is_text_and_shown_as_unchecked(world: World) -> None:
    async with program(world) as client:
        for name in HOSTILE:
            assert (await client.register(client_name=name)).status_code == 201
            await _is_inert(client)
        found = (await world.http.get("/api/connected-clients", headers=world.first.as_human)).json()
        assert len(found) == len(HOSTILE)
        assert max(len(one["name"]) for one in found) == 80


async def _is_inert(client: Program) -> None:
    page = await client.consent_page()
    assert page.tags.count("script") == 1
    assert "img" not in page.tags[page.tags.index("main") :]
    assert "49" not in page.text
    assert not re.search("[\u202e\u2066\u200b\x1b]", page.answer.text)
    assert "Nobody has checked it" in page.text
    assert len(page.answer.text) < 20_000
    heard = await client.answered()
    assert (await client.exchange(heard["code"])).status_code == 200


async def test_what_is_said_twice_or_too_long_is_refused(world: World) -> None:
    async with program(world) as client:
        await client.register()
        wish = list(client.wish().items())
        for more in ([("redirect_uri", "https://evil.example/")], [("state", "s2")], [("client_id", "x")]):
            answer = await client.person.http.get("/authorize", params=[*wish, *more])
            assert answer.status_code == 400
        assert (await client.ask(state="x" * 5000)).status_code == 400
        long = await client.ask(state="x" * 501)
        assert query_of(long.headers["location"])["error"] == "invalid_request"
        assert (await client.ask(client_id="no such client")).status_code == 400
        assert (await client.ask(client_id="x\x00")).status_code == 400


async def test_the_longest_wish_survives_signing_in(world: World) -> None:
    uri = "http://127.0.0.1:5555/" + "c" * (redirects.MOST_CHARACTERS - 22)
    async with program(world) as client, somebody(world) as person:
        await client.register(redirect_uris=[uri])
        client.person = person
        asked = await client.ask(redirect_uri=uri, state="s" * 500)
        page = await person.open(asked.headers["location"])
        assert page.path == "/sign-in"
        page = await person.submit(page.form("/sign-in"), email="one@example.org", password="correct horse battery")
        sent = await person.submit(page.form("/oauth/consent"), follow=False, answer="allow")
        assert query_of(sent.answer.headers["location"])["state"] == "s" * 500
