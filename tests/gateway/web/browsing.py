"""Chromium at the pages of an in-process gateway, and where its screenshots are kept."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway.web.people import PASSWORD, give_password

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.gateway.world import Tenant, World

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1100, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1100, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}

in_a_browser = [
    pytest.mark.anyio,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH"),
]


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """A headless Chromium of the system."""
    async_api = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


class Tab:
    """A page in a browser profile of its own, with everything it said and asked for."""

    def __init__(self, context: Any, page: Any) -> None:
        self.context = context
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("request", lambda request: self.asked.append(request.url))


async def tab(browser: Any, world_url: str, **context: Any) -> Tab:
    """A tab of a fresh profile."""
    profile = await browser.new_context(base_url=world_url, **context)
    profile.set_default_timeout(10_000)
    return Tab(profile, await profile.new_page())


async def signed_in(browser: Any, world: World, tenant: Tenant | None = None, **context: Any) -> Tab:
    """A tab of a profile in which a tenant's human has signed in."""
    email = await give_password(world, tenant)
    seen = await tab(browser, world.base_url, **context)
    await seen.page.goto("/sign-in")
    await seen.page.get_by_label("Email").fill(email)
    await seen.page.get_by_label("Password").fill(PASSWORD)
    await seen.page.get_by_role("button", name="Sign in").click()
    await seen.page.wait_for_url("**/approvals")
    return seen


def screenshots(fallback: Path) -> Path:
    """Where pictures are kept: AGENTPORT_SCREENSHOTS, or else the test's own folder."""
    folder = Path(os.environ.get("AGENTPORT_SCREENSHOTS") or fallback)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
