"""Signing in by browser: the first user, sessions, forged forms, framing, guessing, and the second factor."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyotp
import pytest

from agentport_gateway.auth.hashing import secret_hash
from agentport_gateway.domain.identity import Origin
from agentport_gateway.operations import signing_in
from agentport_gateway.operations.signing_in import (
    TooManyAttemptsError,
    WrongPasswordError,
    check_password,
    sign_in_by_browser,
    sign_in_by_token,
)
from agentport_gateway.store import browser_sessions
from tests.gateway.web.people import PASSWORD, Person, asked, cheap_hash, give_password, member, screen, somebody
from tests.gateway.world import World, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

PAGES = ("/approvals", "/integrations", "/tools", "/connect", "/logs", "/settings")
FIRST = {"org_name": "Ours", "email": "Me@Example.org", "password": PASSWORD, "password_again": PASSWORD}


def secret_of(person: Person) -> str:
    found = person.http.cookies.get(person.cookie)
    assert found is not None
    return found


def hold(person: Person, secret: str) -> None:
    """Let the browser hold this secret and no other."""
    person.http.cookies.clear()
    person.http.cookies.set(person.cookie, secret, domain="127.0.0.1")


# --- the first user


async def test_the_first_user_signs_up_with_the_code_and_is_signed_in(tmp_path: Path) -> None:
    async with empty_gateway(tmp_path) as world, somebody(world) as person:
        seen = await person.open("/")
        assert seen.path == "/setup"
        seen = await person.submit(seen.form("/setup"), setup_code=" abcd-efgh ", **FIRST)
        assert seen.path == "/integrations"
        assert "me@example.org" in seen.text
        async with somebody(world) as late:
            assert (await late.open("/setup")).path == "/sign-in"


async def test_a_stranger_without_the_code_does_not_become_the_first_user(tmp_path: Path) -> None:
    async with empty_gateway(tmp_path) as world, somebody(world) as stranger:
        form = (await stranger.open("/setup")).form("/setup")
        for code in ("", "ABCD-EFGX", "ABCDEFG"):
            seen = await stranger.submit(form, setup_code=code, **FIRST)
            assert seen.status == 403
        assert (await stranger.open("/approvals")).path == "/setup"


async def test_a_code_cannot_be_guessed_without_end(tmp_path: Path) -> None:
    async with empty_gateway(tmp_path) as world, somebody(world) as stranger:
        form = (await stranger.open("/setup")).form("/setup")
        for _ in range(30):
            await stranger.submit(form, setup_code="WRONG", **FIRST)
        assert (await stranger.submit(form, setup_code="ABCDEFGH", **FIRST)).status == 403
        world.clock.move(minutes=6)
        assert (await stranger.submit(form, setup_code="ABCDEFGH", **FIRST)).path == "/integrations"


async def test_without_a_printed_code_nobody_becomes_the_first_user(tmp_path: Path) -> None:
    async with empty_gateway(tmp_path, setup_code="") as world, somebody(world) as person:
        seen = await person.open("/setup")
        assert "started without a set-up code" in seen.text
        async with somebody(world) as stranger:
            form = (await stranger.open("/sign-in")).forms
            assert form == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "nobody"}, "not an email address"),
        ({"password": "short", "password_again": "short"}, "at least 8 characters"),
        ({"password_again": "another one"}, "not the same"),
        ({"org_name": "  "}, "Give your organisation a name"),
    ],
)
async def test_what_is_wrong_with_a_sign_up_is_said_beside_it(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    async with empty_gateway(tmp_path) as world, somebody(world) as person:
        form = (await person.open("/setup")).form("/setup")
        seen = await person.submit(form, setup_code="ABCD-EFGH", **{**FIRST, **change})
        assert seen.status == 422
        assert words in seen.text
        assert PASSWORD not in seen.answer.text


async def test_a_public_gateway_registers_over_rest_with_its_code_only(tmp_path: Path) -> None:
    public = {"base_url": "https://gateway.example", "allowed_hosts": "127.0.0.1"}
    async with empty_gateway(tmp_path, **public) as world:
        given = {"email": "me@example.org", "password": PASSWORD, "org_name": "Ours"}
        assert (await world.http.post("/api/users/register", json=given)).status_code == 403
        given["setup_code"] = "ABCD-EFGH"
        assert (await world.http.post("/api/users/register", json=given)).status_code == 201


def empty_gateway(folder: Path, **settings: object):  # type: ignore[no-untyped-def]
    from tests.gateway.world import Tenant

    nobody = Tenant("", "", "", "", "")
    return running_gateway(
        folder, **{"tenants": (nobody, nobody), "organisations": 1, "setup_code": "ABCD-EFGH", **settings}
    )


# --- sessions


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    async with somebody(world) as person:
        form = (await person.open("/sign-in")).form("/sign-in")
        seen = await person.submit(form, follow=False, email=await give_password(world), password=PASSWORD)
        cookie = seen.answer.headers["set-cookie"]
    assert re.fullmatch(rf"{person.cookie}=[\w-]{{43}}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax", cookie)


async def test_with_tls_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    public = {"base_url": "https://gateway.example", "allowed_hosts": "127.0.0.1"}
    async with empty_gateway(tmp_path, **public) as world:
        answer = await world.http.get("/setup")
        assert answer.headers["set-cookie"].startswith("__Host-agentport=")
        assert answer.headers["set-cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")


async def test_signing_in_replaces_the_secret_that_the_browser_held(world: World) -> None:
    email = await give_password(world)
    async with somebody(world) as victim:
        planted = "A" * 43
        hold(victim, planted)
        form = (await victim.open("/sign-in")).form("/sign-in")
        assert secret_of(victim) == planted
        seen = await victim.submit(form, email=email, password=PASSWORD)
        assert seen.path == "/approvals"
        assert secret_of(victim) != planted
        async with somebody(world) as attacker:
            hold(attacker, planted)
            assert (await attacker.open("/approvals")).path == "/sign-in"


async def test_signing_in_again_ends_the_session_before(world: World) -> None:
    async with member(world) as person:
        before = secret_of(person)
        form = (await person.open("/settings")).form("/sign-out")
        form.action = "/sign-in"
        await person.submit(form, email="one@example.org", password=PASSWORD)
        after = secret_of(person)
        assert before != after
        hold(person, before)
        assert (await person.open("/approvals")).path == "/sign-in"


async def test_signing_out_ends_the_session_on_the_server_too(world: World) -> None:
    async with member(world) as person:
        stolen = secret_of(person)
        seen = await person.submit((await person.open("/approvals")).form("/sign-out"), follow=False)
        assert "Max-Age=0" in seen.answer.headers["set-cookie"]
        hold(person, stolen)
        assert (await person.open("/approvals")).path == "/sign-in"


async def test_a_session_ends_by_itself(world: World) -> None:
    async with member(world) as person:
        world.clock.move(hours=12, seconds=1)
        assert (await person.open("/approvals")).path == "/sign-in"


async def test_the_database_holds_no_secret_of_a_browser(world: World) -> None:
    async with member(world) as person:
        secret, now = secret_of(person), world.clock.now()
        assert await world.gateway.database.read(
            lambda connection: browser_sessions.find(connection, secret_hash(secret), now=now)
        )
        assert not await world.gateway.database.read(
            lambda connection: browser_sessions.find(connection, secret, now=now)
        )


async def test_a_browsers_secret_is_no_bearer_token_and_a_bearer_token_no_cookie(world: World) -> None:
    async with member(world) as person, somebody(world) as other:
        bearer = {"Authorization": f"Bearer {secret_of(person)}"}
        assert (await world.http.get("/api/users/me", headers=bearer)).status_code == 401
        for token in (world.first.sign_in, world.first.api_key):
            hold(other, token)
            assert (await other.open("/approvals")).path == "/sign-in"


async def test_pages_are_for_the_signed_in(world: World) -> None:
    async with somebody(world) as person:
        for path in PAGES:
            for headers in ({}, world.first.as_human, world.first.as_agent):
                assert (await person.open(path, headers=headers)).path == "/sign-in", path


async def test_other_browsers_are_listed_and_signed_out_one_by_one_or_all_at_once(world: World) -> None:
    async with member(world) as here, member(world) as there, member(world) as elsewhere:
        seen = await here.open("/settings")
        one = [form for form in seen.forms if form.fields.get("session_id")]
        assert len(one) == 2
        await here.submit(one[0])
        assert sorted([(await there.open("/logs")).path, (await elsewhere.open("/logs")).path]) == ["/logs", "/sign-in"]
        rest = next(
            form for form in seen.forms if form.action == "/settings/sessions/end" and "session_id" not in form.fields
        )
        assert (await here.submit(rest)).path == "/settings"
        assert {(await person.open("/logs")).path for person in (there, elsewhere)} == {"/sign-in"}
        assert (await world.http.get("/api/users/me", headers=world.first.as_human)).status_code == 401


async def test_nobody_ends_somebody_elses_session(world: World) -> None:
    async with member(world) as mine, member(world, world.second) as theirs:
        now, user_id = world.clock.now(), world.second.user_id
        session = (
            await world.gateway.database.read(
                lambda connection: browser_sessions.sessions_of(connection, user_id, now=now)
            )
        )[0]
        form = next(f for f in (await mine.open("/settings")).forms if f.action == "/settings/sessions/end")
        await mine.submit(form, session_id=session.id)
        assert (await theirs.open("/logs")).path == "/logs"


# --- forged forms, framing, redirects


async def test_every_page_refuses_to_be_framed_and_to_run_what_is_not_ours(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person, somebody(world) as nobody:
        answers = [(await person.open(path)).answer for path in (*PAGES, f"/approve/{request_id}", "/nowhere")]
        answers.append((await nobody.open("/sign-in")).answer)
        answers.append((await nobody.open("/assets/app.js")).answer)
    for answer in answers:
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.headers["content-type"].startswith("text/html"):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["cache-control"] == "no-store"
            assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", answer.text)
            assert not re.search(r"(?:src|action)=\"(?:https?:)?//|<link[^>]+//", answer.text)


FORGERIES: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({}, {"form_token": ""}),
    ({}, {"form_token": "0" * 64}),
    ({"Origin": "https://evil.example"}, {}),
    ({"Origin": "null"}, {}),
    ({"Origin": "http://127.0.0.1:1"}, {}),
    ({"Sec-Fetch-Site": "cross-site"}, {}),
    ({"Sec-Fetch-Site": "same-site"}, {}),
)


async def test_a_forged_form_decides_nothing(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        form = (await person.open(f"/approve/{request_id}")).deciding("approve_once")
        for headers, fields in FORGERIES:
            seen = await person.submit(form, decision="approve_once", headers=headers, **fields)
            assert seen.status == 403, (headers, fields)
        assert "waiting" in (await person.open(f"/approve/{request_id}")).text
        assert "Approved once" in (await person.submit(form, decision="approve_once")).text


async def test_the_address_of_a_form_loaded_again_leads_back_to_its_page(world: World) -> None:
    async with member(world) as person:
        for path in ("/connect/keys", "/settings/password", "/integrations/install", "/tools/demo/mode"):
            assert (await person.open(path)).path == "/" + path.split("/")[1]
        assert (await person.open("/sign-out")).path == "/approvals"


async def test_a_form_of_another_browser_is_refused(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as one, member(world) as other:
        form = (await one.open(f"/approve/{request_id}")).deciding("approve_once")
        assert (await other.submit(form, decision="approve_once")).status == 403
    async with somebody(world) as stranger, somebody(world) as victim:
        form = (await stranger.open("/sign-in")).form("/sign-in")
        await victim.open("/sign-in")
        assert (await victim.submit(form, email="one@example.org", password=PASSWORD)).status == 403


async def test_only_what_forms_send_is_read(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
            answer = await person.http.post(
                f"/approve/{request_id}", content=b'{"decision": "approve_once"}', headers={"Content-Type": kind}
            )
            assert answer.status_code == 415, kind


async def test_every_form_of_every_page_carries_the_token(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        pages = (*PAGES, f"/approve/{request_id}", "/tools/demo/tool?name=refund")
        for path in (*pages, "/integrations/add-server", "/integrations/add-api"):
            for form in (await person.open(path)).forms:
                assert (form.method == "get") != ("form_token" in form.fields), (path, form)


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\r\nSet-Cookie: x=y",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    "",
    "/" + "a" * 3000,
)


async def test_signing_in_never_leads_to_another_site(world: World) -> None:
    email = await give_password(world)
    for wanted in ELSEWHERE:
        async with somebody(world) as person:
            form = (await person.open(f"/sign-in?next={quote(wanted, safe='')}")).form("/sign-in")
            assert form.fields["next"] == "/approvals", wanted
            seen = await person.submit(form, follow=False, email=email, password=PASSWORD, next=wanted)
            assert (seen.status, seen.answer.headers["location"]) == (303, "/approvals"), wanted
            again = await person.http.get("/sign-in", params={"next": wanted})
            assert again.headers["location"] == "/approvals", wanted


# --- guessing


async def test_an_account_locks_after_ten_wrong_passwords_even_for_the_right_one(world: World) -> None:
    email = await give_password(world)
    async with somebody(world) as person:
        form = (await person.open("/sign-in")).form("/sign-in")
        statuses = [(await person.submit(form, email=email, password="wrong")).status for _ in range(11)]
        assert statuses == [*[401] * 10, 429]
        assert (await person.submit(form, email=email, password=PASSWORD)).status == 429
        world.clock.move(minutes=6)
        assert (await person.submit(form, email=email, password=PASSWORD)).path == "/approvals"


async def test_a_right_guess_that_was_under_way_when_the_account_locked_does_not_count(world: World) -> None:
    email = await give_password(world)
    user = await check_password(world.gateway, email=email, password=PASSWORD, address="192.0.2.1")
    for _ in range(10):
        with pytest.raises(WrongPasswordError):
            await check_password(world.gateway, email=email, password="wrong", address="192.0.2.1")
    with pytest.raises(TooManyAttemptsError):
        await sign_in_by_browser(world.gateway, user, Origin())
    with pytest.raises(TooManyAttemptsError):
        await sign_in_by_token(world.gateway, user)


async def test_an_address_that_guesses_at_many_accounts_has_to_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "_nobodys_hash", cheap_hash)
    email = await give_password(world)
    async with somebody(world) as person:
        form = (await person.open("/sign-in")).form("/sign-in")
        for number in range(30):
            await person.submit(form, email=f"nobody{number}@example.org", password="wrong")
        assert (await person.submit(form, email=email, password=PASSWORD)).status == 429
        world.clock.move(minutes=6)
        assert (await person.submit(form, email=email, password=PASSWORD)).path == "/approvals"


async def test_an_unknown_email_and_a_wrong_password_look_the_same(world: World) -> None:
    email = await give_password(world)
    async with somebody(world) as person:
        form = (await person.open("/sign-in")).form("/sign-in")
        known = await person.submit(form, email=email, password="wrong")
        unknown = await person.submit(form, email="nobody@example.org", password="wrong")
    assert (known.status, known.text) == (unknown.status, unknown.text)


# --- the second factor


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


async def with_second_factor(world: World, person: Person) -> tuple[str, list[str]]:
    """Switch it on as a person does; the secret and the recovery codes."""
    start = (await person.open("/settings")).form("/settings/second-factor/start")
    seen = await person.submit(start, password=PASSWORD)
    assert seen.path == "/settings/second-factor"
    assert "svg" in seen.tags
    secret = re.search(r'id="secret"[^>]*><code>(\w+)<', seen.answer.text)
    assert secret is not None
    enable = seen.form("/settings/second-factor/enable")
    assert (await person.submit(enable, totp_code="000000")).status == 403
    seen = await person.submit(enable, totp_code=code_at(secret[1], world.clock.now()))
    codes = re.findall(r"\b[0-9a-f]{8}-[0-9a-f]{8}\b", seen.answer.text)
    assert len(codes) == 10
    world.clock.move(minutes=1)
    return secret[1], codes


async def test_setting_up_the_second_factor_needs_the_password(world: World) -> None:
    async with member(world) as person:
        start = (await person.open("/settings")).form("/settings/second-factor/start")
        assert (await person.submit(start, password="wrong")).status == 403
        assert (await person.open("/settings/second-factor")).path == "/settings"


async def test_every_yes_needs_a_fresh_code_and_a_no_needs_none(world: World) -> None:
    first, second, third = [await asked(world, order=str(number)) for number in range(3)]
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
        without = await person.decide(first, "approve_once", totp_code="")
        assert (without.status, "Give a code" in without.text) == (403, True)
        assert (await person.decide(first, "allow_tool", totp_code="123456")).status == 403
        code = code_at(secret, world.clock.now())
        spaced = f"{code[:3]} {code[3:]}"
        assert "Approved once" in (await person.decide(first, "approve_once", totp_code=spaced)).text
        replayed = await person.decide(second, "approve_once", totp_code=code)
        assert (replayed.status, "used before" in replayed.text) == (403, True)
        assert "Denied" in (await person.decide(third, "deny")).text


async def test_a_recovery_code_works_once(world: World) -> None:
    first, second = [await asked(world, order=str(number)) for number in range(2)]
    async with member(world) as person:
        _, codes = await with_second_factor(world, person)
        assert "Approved once" in (await person.decide(first, "approve_once", totp_code=codes[0])).text
        assert (await person.decide(second, "approve_once", totp_code=codes[0])).status == 403
        assert "Approved once" in (await person.decide(second, "approve_once", totp_code=codes[1].upper())).text


async def test_new_recovery_codes_replace_the_old_ones(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        secret, old = await with_second_factor(world, person)
        form = (await person.open("/settings")).form("/settings/second-factor/disable")
        form.action = "/settings/second-factor/codes"
        assert (await person.submit(form, totp_code="000000")).status == 403
        seen = await person.submit(form, totp_code=code_at(secret, world.clock.now()))
        new = re.findall(r"\b[0-9a-f]{8}-[0-9a-f]{8}\b", seen.answer.text)
        assert (await person.decide(request_id, "approve_once", totp_code=old[0])).status == 403
        assert "Approved once" in (await person.decide(request_id, "approve_once", totp_code=new[0])).text


async def test_signing_in_takes_a_second_step_and_nothing_opens_before_it(world: World) -> None:
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
    async with somebody(world) as person:
        seen = await person.sign_in("one@example.org", path="/sign-in?next=/logs")
        assert "Second step" in seen.text
        between = secret_of(person)
        for path in ("/approvals", "/settings", "/events"):
            assert (await person.open(path)).path in ("/sign-in", "/events")
        assert (await person.http.get("/events")).status_code == 401
        form = seen.form("/sign-in/code")
        assert (await person.submit(form, totp_code="000000")).status == 401
        seen = await person.submit(form, totp_code=code_at(secret, world.clock.now()))
        assert seen.path == "/logs"
        assert secret_of(person) != between
        hold(person, between)
        assert (await person.open("/approvals")).path == "/sign-in"


async def test_the_second_step_does_not_wait_for_ever(world: World) -> None:
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
    async with somebody(world) as person:
        form = (await person.sign_in("one@example.org")).form("/sign-in/code")
        world.clock.move(minutes=11)
        assert (await person.submit(form, totp_code=code_at(secret, world.clock.now()))).path == "/sign-in"
        assert (await person.open("/approvals")).path == "/sign-in"


async def test_guessing_codes_locks_the_account(world: World) -> None:
    request_id = await asked(world)
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
        form = (await person.open(f"/approve/{request_id}")).deciding("approve_once")
        for number in range(10):
            await person.submit(form, decision="approve_once", totp_code=f"{number:06}")
        code = code_at(secret, world.clock.now())
        assert (await person.submit(form, decision="approve_once", totp_code=code)).status == 403
        world.clock.move(minutes=6)
        code = code_at(secret, world.clock.now())
        assert "Approved once" in (await person.submit(form, decision="approve_once", totp_code=code)).text


async def test_switching_the_second_factor_off_needs_it(world: World) -> None:
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
        form = (await person.open("/settings")).form("/settings/second-factor/disable")
        assert (await person.submit(form, totp_code="000000")).status == 403
        seen = await person.submit(form, totp_code=code_at(secret, world.clock.now()))
        assert "switched off" in seen.text


async def test_a_new_password_signs_everybody_else_out(world: World) -> None:
    async with member(world) as person, member(world) as elsewhere:
        form = (await person.open("/settings")).form("/settings/password")
        new = {"new": "another good one", "again": "another good one"}
        assert (await person.submit(form, old="wrong", **new)).status == 403
        assert (await person.submit(form, old=PASSWORD, **{**new, "again": "x"})).status == 422
        assert "password is changed" in (await person.submit(form, old=PASSWORD, **new)).text
        assert (await elsewhere.open("/logs")).path == "/sign-in"
        assert (await world.http.get("/api/users/me", headers=world.first.as_human)).status_code == 401
        async with somebody(world) as again:
            assert (await again.sign_in("one@example.org")).status == 401
            assert (await again.sign_in("one@example.org", "another good one")).path == "/approvals"


async def test_with_the_second_factor_a_new_password_needs_a_code(world: World) -> None:
    async with member(world) as person:
        secret, _ = await with_second_factor(world, person)
        form = (await person.open("/settings")).form("/settings/password")
        new = {"old": PASSWORD, "new": "another good one", "again": "another good one"}
        assert (await person.submit(form, **new, totp_code="000000")).status == 403
        seen = await person.submit(form, **new, totp_code=code_at(secret, world.clock.now()))
        assert "password is changed" in seen.text


async def test_a_broken_database_is_told_without_its_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM /somewhere/gateway.sqlite")

    async with member(world) as person:
        monkeypatch.setattr(type(world.gateway.views), "of", broken)
        seen = screen(await person.http.get("/approvals"))
    assert seen.status == 500
    assert "Something broke" in seen.text
    assert "SELECT" not in seen.answer.text
