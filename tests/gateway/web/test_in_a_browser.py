"""The pages in Chromium: deciding together, time running out, signing out elsewhere, and attacks by other pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.gateway.web.browsing import Tab, chromium, in_a_browser, signed_in, tab
from tests.gateway.web.people import PASSWORD, asked, give_password
from tests.gateway.web.test_hostile_text import ALL
from tests.gateway.world import AWAIT, World, running_gateway, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = in_a_browser


def button(seen: Tab, name: str) -> Any:
    return seen.page.get_by_role("button", name=name, exact=True)


async def text_of(seen: Tab) -> str:
    found: str = await seen.page.locator("main").inner_text()
    return found


async def test_of_two_browsers_the_second_sees_the_decision_of_the_first(world: World) -> None:
    request_id = await asked(world)
    async with chromium() as browser:
        one, other = await signed_in(browser, world), await signed_in(browser, world)
        for seen in (one, other):
            await seen.page.goto(f"/approve/{request_id}")
        await button(one, "Approve once").click()
        await one.page.get_by_text("Approved once.").wait_for()
        await other.page.get_by_text("Approved once.").wait_for()
        assert await button(other, "Deny").count() == 0
        assert await other.page.title() == "refund on Demo shop: approved · AgentPort"
        assert await other.page.locator("#announcer").inner_text() == "approved"


async def test_who_was_at_a_button_that_is_gone_goes_on_at_the_content(world: World) -> None:
    request_id = await asked(world)
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        await button(seen, "Approve once").focus()
        await world.decide(request_id, "deny")
        await seen.page.get_by_text("Denied. Nothing was sent").wait_for()
        assert await seen.page.evaluate("document.activeElement.id") == "main"


async def test_the_last_minute_and_the_end_are_said_aloud_once(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, approval_expiry_seconds=61) as world, chromium() as browser:
        request_id = await asked(world)
        seen = await signed_in(browser, world)
        await seen.page.clock.install()
        await seen.page.goto(f"/approve/{request_id}")
        announcer = seen.page.locator("#announcer")
        assert await announcer.inner_text() == ""
        assert await announcer.get_attribute("role") == "status"
        await seen.page.clock.run_for(2_000)
        assert await announcer.inner_text() == "Less than a minute left to decide"
        world.clock.move(seconds=62)
        await seen.page.clock.run_for(62_000)
        await seen.page.get_by_text("Nobody decided in time, so nothing was sent.").wait_for()
        assert await announcer.inner_text() == "expired"


async def test_two_browsers_that_decide_at_the_same_moment_get_one_decision(world: World) -> None:
    request_id = await asked(world)
    async with chromium() as browser:
        # Without scripts neither hears of the other in time.
        tabs = [await signed_in(browser, world, java_script_enabled=False) for _ in range(2)]
        for seen in tabs:
            await seen.page.goto(f"/approve/{request_id}")
        await asyncio.gather(button(tabs[0], "Approve once").click(), button(tabs[1], "Deny").click())
        texts = [await text_of(seen) for seen in tabs]
    assert sum("Your decision did not count" in text for text in texts) == 1
    assert len({"Approved once." in text for text in texts}) == 1


async def test_a_request_that_expires_while_it_is_looked_at_loses_its_buttons(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, approval_expiry_seconds=2) as world, chromium() as browser:
        request_id = await asked(world)
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        assert await button(seen, "Approve once").count() == 1
        world.clock.move(seconds=3)
        await seen.page.get_by_text("Nobody decided in time, so nothing was sent.").wait_for()
        assert await button(seen, "Approve once").count() == 0


async def test_what_was_typed_stays_while_nothing_changed(world: World) -> None:
    request_id = await asked(world, order="1")
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        await seen.page.get_by_text("Deny with a note").click()
        await seen.page.get_by_label("Note to the agent").fill("Not this one")
        async with seen.page.expect_response("**/approve/*"):
            await asked(world, order="2")
        assert await seen.page.get_by_label("Note to the agent").input_value() == "Not this one"
        await button(seen, "Deny with this note").click()
        await seen.page.get_by_text("Denied. Nothing was sent").wait_for()
        assert "Not this one" in await text_of(seen)


async def test_requests_appear_and_go_by_themselves(world: World) -> None:
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.get_by_text("Nothing waits.").wait_for()
        request_id = await asked(world, "Refund for Jane")
        await seen.page.get_by_text("Refund for Jane").wait_for()
        assert (await seen.page.title()).startswith("(1) ")
        assert await seen.page.locator("#announcer").inner_text() == "1 waiting"
        await world.decide(request_id, "deny")
        await seen.page.get_by_text("Nothing waits.").wait_for()
        await seen.page.locator("#past .badge").get_by_text("denied").wait_for()


async def test_signing_out_in_one_tab_ends_the_others(world: World) -> None:
    request_id = await asked(world, "A private reason")
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        async with seen.page.expect_response("**/events"):
            await seen.page.reload()
        second = await seen.context.new_page()
        await second.goto("/settings")
        await second.get_by_role("button", name="Sign out", exact=True).first.click()
        await second.wait_for_url("**/sign-in")
        await seen.page.wait_for_url("**/sign-in?next=**")
        assert "private" not in await text_of(seen)


async def test_the_second_factor_from_the_picture_to_the_approval(world: World) -> None:
    request_id = await asked(world)
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.goto("/settings")
        await seen.page.get_by_label("Your password").fill(PASSWORD)
        await button(seen, "Set it up").click()
        assert await seen.page.locator(".qr svg").is_visible()
        await seen.page.get_by_text("Cannot scan it?").click()
        totp = pyotp.TOTP(await seen.page.locator("#secret").inner_text())
        await seen.page.get_by_label("Code").fill(totp.at(world.clock.now()))
        await button(seen, "Switch it on").click()
        await seen.page.get_by_role("heading", name="Recovery codes").wait_for()
        recovery = (await seen.page.locator("#codes").inner_text()).split()
        await button(seen, "Sign out").click()
        await seen.page.goto(f"/approve/{request_id}")
        await seen.page.get_by_label("Email").fill(await give_password(world))
        await seen.page.get_by_label("Password").fill(PASSWORD)
        await button(seen, "Sign in").click()
        world.clock.move(minutes=1)
        await seen.page.get_by_label("Code from your authenticator app").fill(totp.at(world.clock.now()))
        await button(seen, "Go on").click()
        await seen.page.get_by_label("Code from your authenticator app").fill(totp.at(world.clock.now()))
        await button(seen, "Approve once").click()
        await seen.page.get_by_text("wait for your app to show the next one").wait_for()
        await seen.page.get_by_label("Code from your authenticator app").fill(recovery[0])
        # Enter in the code's field is the first button of its own form, and never the other form's.
        await seen.page.keyboard.press("Enter")
        await seen.page.get_by_text("Approved once.").wait_for()


async def test_enter_in_the_note_denies_nothing_and_approves_nothing(world: World) -> None:
    request_id = await asked(world)
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        await seen.page.get_by_text("Deny with a note").click()
        await seen.page.get_by_label("Note to the agent").fill("thinking")
        await seen.page.keyboard.press("Enter")
        assert await button(seen, "Approve once").is_visible()


async def test_the_keyboard_alone_is_enough_to_approve(world: World) -> None:
    request_id = await asked(world)
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        await seen.page.keyboard.press("Tab")
        assert await seen.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        await seen.page.keyboard.press("Enter")
        for _ in range(6):
            await seen.page.keyboard.press("Tab")
            if await seen.page.evaluate("document.activeElement.value") == "approve_once":
                break
        await seen.page.keyboard.press("Space")
        await seen.page.get_by_text("Approved once.").wait_for()


async def test_everything_works_without_scripts(world: World) -> None:
    request_id = await asked(world, "Refund for Jane", note="x" * 2000 + "the end")
    async with chromium() as browser:
        seen = await signed_in(browser, world, java_script_enabled=False)
        await seen.page.get_by_role("link", name="refund on Demo shop").click()
        await seen.page.get_by_text("show all").click()
        assert await seen.page.get_by_text("the end").is_visible()
        await seen.page.get_by_text("Always allow this tool…").click()
        await button(seen, "Always allow this tool").click()
        assert "the tool is allowed from now on" in await text_of(seen)
        await seen.page.goto("/tools/demo/tool?name=refund")
        assert await seen.page.get_by_label("Allow").is_checked()
        assert seen.said == []
        assert {url.partition("/approve")[0] for url in seen.asked if request_id in url} == {world.base_url}


class _Evil:
    """Another site, that frames the gateway's pages and sends its forms."""

    def __init__(self) -> None:
        self.page = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        body = self.page.encode()
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def test_another_site_cannot_frame_the_page(world: World) -> None:
    request_id = await asked(world)
    evil = _Evil()
    async with chromium() as browser, served(evil) as (url, _):
        evil.page = f'<iframe id="f" src="{world.base_url}/approve/{request_id}"></iframe>'
        seen = await signed_in(browser, world)
        for site in (url, url.replace("127.0.0.1", "localhost")):
            await seen.page.goto(site)
            await seen.page.wait_for_load_state("networkidle")
            frame = seen.page.frames[1]
            assert await frame.get_by_role("button").count() == 0
            assert frame.url.startswith("chrome-error:")
    assert any("frame-ancestors" in words for words in seen.said)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_another_site_cannot_send_the_form(world: World, host: str) -> None:
    request_id = await asked(world)
    digest = (await world.http.get(f"/api/tool-approvals/requests/{request_id}", headers=world.first.as_human)).json()[
        "args_digest"
    ]
    evil = _Evil()
    async with chromium() as browser, served(evil) as (url, _):
        evil.page = (
            f'<form method="post" action="{world.base_url}/approve/{request_id}">'
            f'<input name="decision" value="approve_once"><input name="args_digest" value="{digest}"></form>'
            "<script>document.forms[0].submit()</script>"
        )
        seen = await signed_in(browser, world)
        async with seen.page.expect_response("**/approve/*") as answer:
            await seen.page.goto(url.replace("127.0.0.1", host))
        assert (await answer.value).status in (303, 403)
        await seen.page.goto(f"/approve/{request_id}")
        assert await button(seen, "Approve once").is_visible()


async def test_hostile_text_does_nothing_in_a_real_browser(world: World) -> None:
    call = {"tool_name": "refund", "args": {ALL: ALL, "order": ALL}, "additional_info": ALL}
    answer = await world.http.post("/api/tools/demo/call", json=call, headers=world.first.as_agent)
    request_id = answer.json()["approval_request_id"]
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        for path in (f"/approve/{request_id}", "/approvals", "/logs"):
            await seen.page.goto(path)
            assert "owned" not in await seen.page.title()
            assert await seen.page.locator("main svg, main img, main iframe, main [onclick]").count() == 0
        assert seen.said == []
        assert {url for url in seen.asked if not url.startswith(world.base_url)} == set()


async def test_a_megabyte_of_arguments_opens_and_stays_usable(world: World) -> None:
    async with world.agent() as agent, chromium() as browser:
        request_id = await asked(world, note="lorem ipsum " * 80_000)
        seen = await signed_in(browser, world)
        await seen.page.goto(f"/approve/{request_id}")
        assert await button(seen, "Approve once").is_visible()
        await button(seen, "Approve once").click()
        await seen.page.get_by_text("Approved once.").wait_for()
        assert (await agent.call_tool(AWAIT, {"request_id": request_id})).is_error is False


async def test_the_set_up_link_fills_in_its_code(tmp_path: Path) -> None:
    from tests.gateway.web.test_signing_in import empty_gateway

    async with empty_gateway(tmp_path) as world, chromium() as browser:
        seen = await tab(browser, world.base_url)
        await seen.page.goto("/setup#ABCD-EFGH")
        await seen.page.get_by_label("Organisation").fill("Ours")
        assert await seen.page.get_by_label("Set-up code").input_value() == "ABCD-EFGH"
        assert seen.page.url.endswith("/setup")
        await seen.page.get_by_label("Email").fill("me@example.org")
        for label in ("Password", "Password again"):
            await seen.page.get_by_label(label, exact=True).fill(PASSWORD)
        await button(seen, "Create the first user").click()
        await seen.page.wait_for_url("**/integrations")
        assert not any("ABCD" in url for url in seen.asked)


async def test_a_policy_is_made_tried_and_taken_back(world: World) -> None:
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        page = seen.page
        await page.get_by_role("link", name="Tools").click()
        await page.get_by_role("link", name="refund").click()
        await page.get_by_text("Add a rule…").click()
        await page.get_by_label("Parameter").first.fill("order")
        await page.get_by_label("Compared how").first.select_option("starts_with")
        await page.get_by_label("Values").first.fill("11\n12")
        await page.get_by_label("Effect").select_option("deny")
        await button(seen, "Add the rule").click()
        await page.get_by_text("The rule is in force.").wait_for()
        await page.get_by_label("Arguments, as JSON").fill('{"order": "1182"}')
        await button(seen, "Try").click()
        assert "because of the rule: When order starts with" in await text_of(seen)
        await button(seen, "Switch rule 1 off").click()
        await page.get_by_text("priority 100, switched off").wait_for()
        await button(seen, "Remove rule 1").click()
        await page.get_by_text("The rule was removed.").wait_for()
        await page.get_by_label("Allow").check()
        await button(seen, "Save").click()
        assert await page.get_by_label("Allow").is_checked()
        assert seen.said == []


async def test_a_key_is_made_copied_and_revoked(world: World) -> None:
    async with chromium() as browser:
        seen = await signed_in(browser, world, permissions=["clipboard-read", "clipboard-write"])
        page = seen.page
        await page.get_by_role("link", name="Connect").click()
        await page.get_by_label("New key, for").fill("My laptop")
        await button(seen, "Make a key").click()
        secret = await page.locator("#fresh-key").inner_text()
        await button(seen, "Copy: the API key").click()
        assert await page.evaluate("navigator.clipboard.readText()") == secret
        await page.get_by_text("Claude Code", exact=True).click()
        await button(seen, "Copy: Claude Code, In the shell that the client is started from").click()
        assert await page.evaluate("navigator.clipboard.readText()") == f"export AGENTPORT_API_KEY={secret}"
        await button(seen, "Copy: Claude Code, In a shell").click()
        assert secret not in await page.evaluate("navigator.clipboard.readText()")
        await page.goto("/connect")
        await page.get_by_label("Revoke My laptop", exact=True).click()
        await button(seen, "Revoke My laptop").click()
        await page.get_by_text("Revoked.").wait_for()
        assert (await world.http.get("/api/installed", headers={"X-API-Key": secret})).status_code == 401


async def test_a_call_is_found_in_the_log_and_followed_to_its_request(world: World) -> None:
    request_id = await asked(world, "Refund for Jane", order="1182")
    await world.decide(request_id, "deny")
    async with chromium() as browser:
        seen = await signed_in(browser, world)
        page = seen.page
        await page.get_by_role("link", name="Logs").click()
        await page.get_by_label("What became of it").select_option("denied_by_human")
        await button(seen, "Filter").click()
        await page.get_by_role("link", name="refund on demo").click()
        assert "denied by one@example.org" in await text_of(seen)
        await page.get_by_role("link", name="what was approved or not").click()
        await page.get_by_text("Denied. Nothing was sent").wait_for()
        assert page.url.endswith(f"/approve/{request_id}")


async def test_settings_are_changed_and_other_browsers_signed_out(world: World) -> None:
    async with chromium() as browser:
        seen, other = await signed_in(browser, world), await signed_in(browser, world)
        await seen.page.goto("/settings")
        await seen.page.get_by_label("Minutes").fill("30")
        await button(seen, "Save").click()
        await seen.page.get_by_text("Saved.").wait_for()
        assert await seen.page.get_by_label("Minutes").input_value() == "30"
        await seen.page.get_by_label("The present one").fill(PASSWORD)
        for label in ("The new one", "The new one again"):
            await seen.page.get_by_label(label, exact=True).fill("another good one")
        await button(seen, "Change the password").click()
        await seen.page.get_by_text("signed out everywhere else").wait_for()
        # The other browser shows the approvals: it hears of it without being touched.
        await other.page.wait_for_url("**/sign-in**")
