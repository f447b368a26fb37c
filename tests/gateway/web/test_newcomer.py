"""A newcomer's path: an empty folder, `serve`, the first user, an integration, a key, and the first gated call."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.gateway.web.browsing import chromium, in_a_browser, screenshots, tab
from tests.gateway.web.people import PASSWORD
from tests.gateway.world import AWAIT, CALL, ask, facts, recording_upstream

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = in_a_browser

_SET_UP = re.compile(r"http://\S+/setup#[A-Z0-9-]+")


async def set_up_link(process: subprocess.Popen[str]) -> str:
    """What the terminal says to open."""
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while line := await asyncio.to_thread(process.stdout.readline):
            if found := _SET_UP.search(line):
                return found[0]
    raise AssertionError("the gateway said nothing of setting it up")


async def test_from_an_empty_folder_to_the_first_result(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = [sys.executable, "-m", "agentport_harness", "serve", "--port", "0", "--allow-upstream", "127.0.0.0/8"]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: ASYNC220 - at once
    try:
        async with recording_upstream() as upstream, chromium() as browser:
            link = await set_up_link(process)
            seen = await tab(browser, link.partition("/setup")[0])
            page = seen.page
            await page.goto(link)
            await page.get_by_label("Organisation").fill("Newcomers")
            await page.get_by_label("Email").fill("new@example.org")
            for label in ("Password", "Password again"):
                await page.get_by_label(label, exact=True).fill(PASSWORD)
            await page.get_by_role("button", name="Create the first user").click()

            await page.get_by_role("link", name="Add an MCP server").click()
            await page.get_by_label("Name").fill("Probe")
            await page.get_by_label("URL").fill(upstream.url)
            await page.get_by_role("button", name="Add").click()
            await page.get_by_label("Install Probe", exact=True).click()
            await page.get_by_role("button", name="Install Probe without a credential").click()
            await page.get_by_text("Installed.").wait_for()

            await page.get_by_role("link", name="Connect").click()
            await page.get_by_label("New key, for").fill("My agent")
            await page.get_by_role("button", name="Make a key").click()
            key = await page.locator("#fresh-key").inner_text()

            url = f"{link.partition('/setup')[0]}/mcp"
            async with (
                httpx2.AsyncClient(headers={"X-API-Key": key.strip()}, timeout=60) as http,
                Client(streamable_http_client(url, http_client=http)) as agent,
            ):
                call = {**ask("act", "probe", what="the first thing"), "additional_info": "Trying it out"}
                asked = facts(await agent.call_tool(CALL, call))
                assert upstream.calls == []
                waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": asked["request_id"]}))
                await page.goto(asked["approval_url"])
                await page.get_by_text("Trying it out").wait_for()
                await page.get_by_role("button", name="Approve once").click()
                result = await waiting
            assert result.content[0].text == "acted 1"
            assert upstream.calls == [("act", {"what": "the first thing"})]
            await page.get_by_text("What came back").wait_for()
            assert seen.said == []
    finally:
        process.terminate()
        # Also closes the pipe.
        await asyncio.to_thread(process.communicate, timeout=10)
    took = time.monotonic() - began
    note = screenshots(tmp_path) / "newcomer.txt"
    note.write_text(f"{took:.1f} seconds from an empty folder to the first result\n", encoding="utf-8")
