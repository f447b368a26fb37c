"""Every page in light, dark and on a phone: no serious accessibility issue, no sideways scrolling, and a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway.web.browsing import LOOKS, chromium, in_a_browser, screenshots, signed_in, tab
from tests.gateway.web.people import PASSWORD, asked
from tests.gateway.web.test_signing_in import empty_gateway
from tests.gateway.world import CALL, World, ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.web.browsing import Tab

pytestmark = in_a_browser


async def axe_issues(seen: Tab) -> list[str]:
    """The serious issues that axe-core finds, each with where it is."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-playwright-python is not installed")
    results = await axe.Axe().run(seen.page)
    return [
        f"{issue['id']}: {node['target']} {node['html'][:200]}"
        for issue in results.response["violations"]
        if issue["impact"] in ("serious", "critical")
        for node in issue["nodes"]
    ]


async def furnished(world: World) -> dict[str, str]:
    """A world in which every page has something to show; the pages by name."""
    human = world.first.as_human
    rule = {"effect": "deny", "conditions": [{"param": "amount", "operator": "starts_with", "values": ["1", "2"]}]}
    await world.http.post("/api/tool-settings/demo/refund/rules", json=rule, headers=human)
    async with world.agent() as agent:
        await agent.call_tool(CALL, {**ask("lookup", order="1182"), "additional_info": "Look up Jane Doe's order"})
        await agent.call_tool(CALL, {**ask("wipe"), "additional_info": "Clean up"})
    reason = "Refund order 1182 of Jane Doe in full: it arrived broken, and she sent a photo this morning."
    letter = "Dear Jane,\nwe are sorry to hear that the vase arrived broken.\n" + "We refund it in full. " * 40
    denied = await asked(world, "Second refund of the same order", order="1182", amount=99)
    await world.decide(denied, "deny")
    world.clock.move(minutes=2)
    waiting = await asked(
        world, reason, order="1182", amount=49.9, currency="EUR", letter=letter, reference="1182\u202e-x"
    )
    await asked(world, "Refund order 1190: the customer cancelled within an hour", order="1190", amount=31.5)
    log = (await world.logs(request_id=denied))[0]
    return {
        "approve": f"/approve/{waiting}",
        "denied": f"/approve/{denied}",
        "approvals": "/approvals",
        "integrations": "/integrations",
        "add-server": "/integrations/add-server",
        "add-api": "/integrations/add-api",
        "tools": "/tools",
        "tool": "/tools/demo/tool?name=refund",
        "connect": "/connect",
        "logs": "/logs",
        "log": f"/logs/{log['id']}",
        "settings": "/settings",
        "missing": "/approve/nothing",
    }


@pytest.mark.parametrize("look", list(LOOKS))
async def test_every_page_is_accessible_and_fits_its_screen(world: World, tmp_path: Path, look: str) -> None:
    folder = screenshots(tmp_path)
    pages = await furnished(world)
    async with chromium() as browser:
        seen = await signed_in(browser, world, **LOOKS[look])
        for name, path in pages.items():
            await seen.page.goto(path)
            await seen.page.wait_for_load_state("load")
            await seen.page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
            await open_all(seen.page)
            assert await axe_issues(seen) == [], name
            width = await seen.page.evaluate("document.documentElement.scrollWidth")
            assert width <= LOOKS[look]["viewport"]["width"], name
        await seen.page.goto("/settings")
        await seen.page.get_by_label("Your password").fill(PASSWORD)
        await seen.page.get_by_role("button", name="Set it up").click()
        await seen.page.wait_for_url("**/second-factor")
        await seen.page.screenshot(path=folder / f"second-factor-{look}.png", full_page=True)
        assert await axe_issues(seen) == []
        assert [words for words in seen.said if "404" not in words] == []
        assert {url for url in seen.asked if not url.startswith(world.base_url)} == set()


async def test_the_pages_before_signing_in_are_accessible_too(tmp_path: Path) -> None:
    folder = screenshots(tmp_path)
    async with empty_gateway(tmp_path) as world, chromium() as browser:
        for look, options in LOOKS.items():
            seen = await tab(browser, world.base_url, **options)
            await seen.page.goto("/setup")
            await seen.page.screenshot(path=folder / f"setup-{look}.png", full_page=True)
            assert await axe_issues(seen) == []


async def test_the_smallest_phones_need_no_sideways_scrolling(world: World) -> None:
    pages = await furnished(world)
    async with chromium() as browser:
        seen = await signed_in(browser, world, viewport={"width": 320, "height": 640})
        for name, path in pages.items():
            await seen.page.goto(path)
            await open_all(seen.page)
            assert await seen.page.evaluate("document.documentElement.scrollWidth") <= 320, name


async def open_all(page: Any) -> None:
    await page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
