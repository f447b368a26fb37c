"""Consent, signing in to an integration, and their places on the pages, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.gateway.oauth.authority import authority
from tests.gateway.oauth.flow import Program
from tests.gateway.web.browsing import LOOKS, chromium, in_a_browser, screenshots, signed_in
from tests.gateway.web.people import Person
from tests.gateway.web.test_looks import axe_issues
from tests.gateway.world import World, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.web.browsing import Tab

pytestmark = in_a_browser

HOSTILE = '<img src=x onerror="alert(1)"> \u202eedoC edualC'


async def wish_of(world: World, name: str = "Claude Code") -> str:
    """The address that a client called so opens in the browser."""
    program = Program(world, world.http, Person(world.http, ""))
    assert (await program.register(client_name=name)).status_code == 201
    return f"{world.base_url}/authorize?{urlencode(program.wish())}"


async def _add_probe(world: World, url: str) -> None:
    human = world.first.as_human
    given = {"name": "Probe", "url": url, "auth_methods": ["oauth"]}
    await world.http.post("/api/integrations/custom", json=given, headers=human)
    answer = await world.http.post(
        "/api/installed", json={"integration_id": "probe", "auth_method": "oauth"}, headers=human
    )
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("look", list(LOOKS))
async def test_the_pages_are_accessible_and_fit_their_screen(world: World, tmp_path: Path, look: str) -> None:
    folder = screenshots(tmp_path)
    async with authority() as one, chromium() as browser:
        await _add_probe(world, one.url)
        await world.http.post("/api/webhooks", json={"url": "https://bot.example/hook"}, headers=world.first.as_human)
        seen = await signed_in(browser, world, **LOOKS[look])
        for name, path in {
            "consent": await wish_of(world),
            "consent-hostile": await wish_of(world, HOSTILE * 3),
            "upstream-sign-in": "/oauth/sign-in/probe",
            "webhooks": "/settings",
            "oauth-refused": "/authorize?client_id=nobody",
        }.items():
            await seen.page.goto(path)
            await seen.page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
            assert await axe_issues(seen) == [], name
            wide = await seen.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, name
        # What Chromium says of a 400 is not a page's fault.
        assert [text for text in seen.said if "400" not in text] == []
        assert {url.split("/")[2] for url in seen.asked} == {world.base_url.split("/")[2]}


async def test_a_person_signs_in_to_an_integration_and_comes_back(world: World) -> None:
    async with authority() as one, chromium() as browser:
        await _add_probe(world, one.url)
        seen = await signed_in(browser, world)
        await seen.page.goto("/integrations")
        await seen.page.get_by_role("link", name="Sign in to Probe").click()
        await seen.page.get_by_role("button", name="Go on to sign in").click()
        await seen.page.wait_for_url("**/integrations?done=connected")
        assert "Signed in." in await seen.page.inner_text("main")
        assert seen.said == []
        (installed,) = [
            one
            for one in (await world.http.get("/api/installed", headers=world.first.as_human)).json()
            if one["integration_id"] == "probe"
        ]
        assert installed["connected"] is True


async def _page_elsewhere(body: str) -> Any:
    async def answer(_request: Any) -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>Elsewhere</title>{body}")

    return Starlette(routes=[Route("/", answer)])


async def _sealed(world: World, seen: Tab) -> str:
    """A wish, as an attacker gets one from the gateway without signing in."""
    async with httpx2.AsyncClient() as http:
        where: str = (await http.get(await wish_of(world))).headers["location"]
    await seen.page.goto(where)
    found: str = await seen.page.get_attribute("input[name=wish]", "value")
    return found


async def test_another_page_can_neither_show_nor_send_the_consent(world: World) -> None:
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        wish = await _sealed(world, seen)
        framing = await _page_elsewhere(f'<iframe src="{world.base_url}/oauth/consent?{urlencode({"wish": wish})}">')
        async with served(framing) as (elsewhere, _):
            await seen.page.goto(elsewhere)
            await seen.page.wait_for_load_state("load")
            (frame,) = seen.page.frames[1:]
            assert frame.url.startswith("chrome-error:")
            assert await frame.query_selector("form, [name=wish]") is None
        sending = await _page_elsewhere(
            f'<form method="post" action="{world.base_url}/oauth/consent"><input name="wish" value="{wish}">'
            '<input name="answer" value="allow"></form><script>document.forms[0].submit()</script>'
        )
        async with served(sending) as (elsewhere, _):
            # Another port of this machine is the same site to a browser: it sends the cookie along.
            async with seen.page.expect_navigation(url="**/oauth/consent"):
                await seen.page.goto(elsewhere)
            assert "not sent from here" in await seen.page.inner_text("main")
        assert (await world.http.get("/api/connected-clients", headers=world.first.as_human)).json() == []
