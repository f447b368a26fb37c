"""What the pages show at the beginning, after a mistake and at the end: accessible, within the screen, and pictured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.gateway.oauth.authority import authority
from tests.gateway.web.browsing import LOOKS, chromium, in_a_browser, screenshots, signed_in, tab
from tests.gateway.web.people import PASSWORD, asked
from tests.gateway.web.test_looks import axe_issues, open_all
from tests.gateway.web.test_signing_in import empty_gateway
from tests.gateway.world import AWAIT, World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.web.browsing import Tab

pytestmark = in_a_browser

LONG = "averylongwordwithoutanyplacetobreakit" * 12


class Album:
    """The pictures of one look; each page is checked as it is taken."""

    def __init__(self, seen: Tab, folder: Path, look: str) -> None:
        self.seen = seen
        self.folder = folder
        self.look = look

    async def take(self, name: str, *, unfolded: bool = False) -> None:
        page = self.seen.page
        await page.wait_for_load_state("load")
        if unfolded:
            await open_all(page)
        await page.screenshot(path=self.folder / f"{name}-{self.look}.png", full_page=True)
        assert await axe_issues(self.seen) == [], name
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= LOOKS[self.look]["viewport"]["width"], name

    async def click(self, name: str) -> None:
        await self.seen.page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("look", list(LOOKS))
async def test_an_empty_gateway_says_what_to_do_next(tmp_path: Path, look: str) -> None:
    async with empty_gateway(tmp_path) as world, chromium() as browser:
        seen = await tab(browser, world.base_url, **LOOKS[look])
        album, page = Album(seen, screenshots(tmp_path), look), seen.page
        await page.goto("/setup")
        await page.get_by_label("Set-up code").fill("WRONG")
        await page.get_by_label("Organisation").fill("Ours")
        await page.get_by_label("Email").fill("me@example.org")
        for label in ("Password", "Password again"):
            await page.get_by_label(label, exact=True).fill(PASSWORD)
        await album.click("Create the first user")
        await album.take("setup-fault")
        await page.get_by_label("Set-up code").fill("ABCD-EFGH")
        for label in ("Password", "Password again"):
            await page.get_by_label(label, exact=True).fill(PASSWORD)
        await album.click("Create the first user")
        for name in ("integrations", "approvals", "connect", "logs", "tools"):
            await page.goto(f"/{name}")
            await album.take(f"{name}-empty")
        await album.click("Sign out")
        await page.wait_for_url("**/sign-in")
        await album.take("sign-in")
        await page.get_by_label("Email").fill("me@example.org")
        await page.get_by_label("Password").fill("wrong")
        await album.click("Sign in")
        await album.take("sign-in-fault")


@pytest.mark.parametrize("look", list(LOOKS))
async def test_mistakes_and_ends_are_told_where_they_belong(world: World, tmp_path: Path, look: str) -> None:
    async with authority() as one, chromium() as browser:
        one.metadata = {"registration_endpoint": None}
        seen = await signed_in(browser, world, **LOOKS[look])
        album, page = Album(seen, screenshots(tmp_path), look), seen.page
        await page.goto("/nowhere")
        await album.take("nothing-here")
        await page.goto("/connect")
        await page.get_by_label("New key, for").fill("My laptop")
        await album.click("Make a key")
        await album.take("connect-fresh", unfolded=True)
        await page.goto("/integrations/add-server")
        await page.get_by_label("Name").fill(LONG[:100])
        await page.get_by_label("URL").fill("https://u:p@example.org/mcp")
        await album.click("Add")
        await album.take("add-server-fault")
        await page.get_by_label("Name").fill("Probe")
        await page.get_by_label("URL").fill(one.url)
        await album.click("Add")
        await page.get_by_label("Install Probe", exact=True).click()
        await album.click("Install Probe by signing in to it")
        await album.take("integrations-fault")
        await page.goto("/integrations/probe/client")
        await album.take("upstream-client")
        await page.goto("/settings")
        await page.get_by_label("Address").fill("https://bot.example/" + LONG)
        await album.click("Add a webhook")
        await album.take("webhook-secret")
        await page.goto("/settings")
        await album.take("settings-webhook")
        await page.get_by_label("The present one").fill("wrong")
        for label in ("The new one", "The new one again"):
            await page.get_by_label(label, exact=True).fill(PASSWORD)
        await album.click("Change the password")
        await album.take("settings-fault")
        assert {url for url in seen.asked if not url.startswith(world.base_url)} == set()


@pytest.mark.parametrize("look", list(LOOKS))
async def test_the_second_factor_is_asked_for_where_it_is_needed(world: World, tmp_path: Path, look: str) -> None:
    given = {"order": LONG, "note": "word " * 300, "hidden": "\u200b", LONG[:60]: 2}
    waiting, ended = await asked(world, LONG, **given), await asked(world, "Refund for Jane", order="2")
    ran = await asked(world, "Look it up again", order="3")
    async with chromium() as browser:
        seen = await signed_in(browser, world, **LOOKS[look])
        album, page = Album(seen, screenshots(tmp_path), look), seen.page
        await page.goto(f"/approve/{ran}")
        await album.click("Approve once")
        await album.take("approved")
        async with world.agent() as agent:
            await agent.call_tool(AWAIT, {"request_id": ran})
        await page.reload()
        await album.take("ran")
        totp = await _with_second_factor(album, world)
        await page.goto("/settings")
        await album.take("settings-second-factor")
        await page.goto("/tools/demo/tool?name=refund")
        await album.take("tool-second-factor", unfolded=True)
        await page.goto(f"/approve/{waiting}")
        await page.get_by_label("Code from your authenticator app").fill("000000")
        await album.click("Approve once")
        await page.get_by_text("wait for your app to show the next one").wait_for()
        await album.take("approve-second-factor", unfolded=True)
        world.clock.move(minutes=11)
        await page.goto(f"/approve/{ended}")
        await page.get_by_text("Nobody decided in time").wait_for()
        await album.take("expired")
        await album.click("Sign out")
        await page.get_by_label("Email").fill("one@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await album.click("Sign in")
        await album.take("sign-in-code")
        await page.get_by_label("Code from your authenticator app").fill(totp.at(world.clock.now()))
        await album.click("Go on")
        await page.get_by_role("button", name="Sign out", exact=True).wait_for()


async def _with_second_factor(album: Album, world: World) -> Any:
    page = album.seen.page
    await page.goto("/settings")
    await page.get_by_label("Your password").fill(PASSWORD)
    await album.click("Set it up")
    await page.get_by_text("Cannot scan it?").click()
    totp = pyotp.TOTP(await page.locator("#secret").inner_text())
    await page.get_by_label("Code").fill(totp.at(world.clock.now()))
    await album.click("Switch it on")
    await page.get_by_role("heading", name="Recovery codes").wait_for()
    await album.take("recovery-codes")
    world.clock.move(minutes=1)
    return totp
