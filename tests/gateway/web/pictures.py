"""The pictures in the docs, taken anew: `python -m tests.gateway.web.pictures docs/images`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.gateway.oauth.test_in_a_browser import wish_of
from tests.gateway.web.browsing import LOOKS, chromium, signed_in
from tests.gateway.web.test_looks import furnished
from tests.gateway.world import running_gateway

PICTURES = (
    ("approve", "light"),
    ("approve", "phone"),
    ("approvals", "dark"),
    ("tool", "light"),
    ("consent", "light"),
)


async def take(folder: Path) -> None:
    """Put every picture into a folder."""
    with tempfile.TemporaryDirectory() as data:
        async with running_gateway(Path(data), knows_address=True) as world, chromium() as browser:
            pages = {**await furnished(world), "consent": await wish_of(world)}
            for name, look in PICTURES:
                seen = await signed_in(browser, world, **LOOKS[look])
                await seen.page.goto(pages[name])
                await seen.page.wait_for_load_state("load")
                await seen.page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
