"""A newcomer's path: an empty folder, `serve`, the first user, an integration, a key, and the first gated call."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from agentport_harness.scripted_model.script import ScriptedModel
from agentport_harness.scripted_model.serving import serving
from agentport_harness.transcript_files import load_transcript
from tests.clients.miniature import Nobody
from tests.gateway.web.browsing import chromium, in_a_browser, screenshots, tab
from tests.gateway.web.people import PASSWORD
from tests.gateway.world import AWAIT, CALL, ask, facts
from tests.skills.clients import QUIET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.gateway.web.browsing import Tab

pytestmark = in_a_browser

SET_UP = re.compile(r"http://\S+/setup#[A-Z0-9-]+")
APPROVAL = re.compile(r"http://127\.0\.0\.1:\d+/approve/[0-9a-f-]{36}")
REFUNDED = "Order 1182 was refunded."
TRANSCRIPT = """
format: agentport-transcript/1
title: A newcomer's first gated call
integrations: {demo_shop: {refund: {result: refunded}}}
turns:
  - human: Refund order 1182, please.
    agent:
      - {tool: agentport__describe_tool, arguments: {integration_id: "${demo_shop}", tool_name: refund}}
      - {call: demo_shop/refund, with: {order: "1182"}, info: Trying it out, expect: approval_required}
      - {say: "Refunding order 1182 needs your decision: ${approval_url}", await: "${request_id}", human: approves}
      - say: Order 1182 is refunded.
verdict: conforms
"""


@dataclass
class Newcomer:
    """Somebody with a browser and a terminal, and what they have been told so far."""

    seen: Tab
    home: Path
    url: str
    environment: dict[str, str]
    scripts: bool = True

    async def make_a_key(self) -> str:
        """The set-up page, an integration and a key, by the words on the buttons."""
        page = self.seen.page
        await page.goto(self.url)
        code = page.get_by_label("Set-up code")
        if not await code.input_value():
            await code.fill(self.url.partition("#")[2])
        await page.get_by_label("Organisation").fill("Newcomers")
        await page.get_by_label("Email").fill("new@example.org")
        for label in ("Password", "Password again"):
            await page.get_by_label(label, exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Create the first user").click()
        await page.get_by_role("button", name="Try it with a demo shop").click()
        await page.get_by_text("Installed, to try things out with").wait_for()
        await page.get_by_role("link", name="Connect").click()
        await page.get_by_label("New key, for").fill("My agent")
        await page.get_by_role("button", name="Make a key").click()
        return str((await page.locator("#fresh-key").inner_text()).strip())

    async def approve(self, url: str) -> None:
        """Open the link, look, and say yes."""
        page = self.seen.page
        await page.goto(url)
        await page.get_by_text("Trying it out").wait_for()
        await page.get_by_role("button", name="Approve once").click()
        if not self.scripts:
            async with asyncio.timeout(30):
                while not await page.get_by_text("What came back").count():
                    await page.reload()
        await page.get_by_text("What came back").wait_for()
        assert REFUNDED in await page.inner_text("main")
        assert self.seen.said == []

    async def copied(self, client: str) -> dict[str, str]:
        """What the page says to copy for a client, by where it goes."""
        page = self.seen.page
        if not await page.locator(f"#{client}").get_attribute("open"):
            await page.evaluate(f"document.getElementById('{client}').open = true")
        steps: dict[str, str] = {}
        for number, where in enumerate(await page.locator(f"#{client} > .where").all_inner_texts(), 1):
            if await page.locator(f"#{client}-{number}").count():
                steps[where] = await page.locator(f"#{client}-{number}").inner_text()
        for where, text in steps.items():
            if where.startswith("~/"):
                path = self.home / where.removeprefix("~/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return steps

    async def at_the_shell(self, script: str) -> Any:
        """A shell in the newcomer's project that runs these lines."""
        project = self.home / "project"
        project.mkdir(exist_ok=True)
        return await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-ec",
            script,
            cwd=project,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**22,
        )


async def set_up_link(process: subprocess.Popen[str]) -> str:
    """What the terminal says to open."""
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while line := await asyncio.to_thread(process.stdout.readline):
            if found := SET_UP.search(line):
                return found[0]
    raise AssertionError("the gateway said nothing of setting it up")


@contextlib.asynccontextmanager
async def newcomer(home: Path, path: str = os.environ["PATH"], *, scripts: bool = True) -> AsyncIterator[Newcomer]:
    """A gateway that nobody has used, on an empty folder, and somebody before it; writes down how long it took."""
    environment = {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", **QUIET}
    command = [sys.executable, "-m", "agentport_harness", "serve", "--port", "0"]
    theirs = {**environment, "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=theirs)  # noqa: ASYNC220 - at once
    try:
        async with chromium() as browser:
            link = await set_up_link(process)
            seen = await tab(browser, link.partition("/setup")[0], java_script_enabled=scripts)
            yield Newcomer(seen, home, link, environment, scripts)
            took = time.monotonic() - began
    finally:
        process.terminate()
        # Also closes the pipe.
        await asyncio.to_thread(process.communicate, timeout=10)
    note = f"{took:.1f} seconds from `serve` on an empty folder to the first result\n"
    (screenshots(home) / f"{home.name}.txt").write_text(note, encoding="utf-8")
    sys.stdout.write(note)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_from_an_empty_folder_to_the_first_result(tmp_path: Path, scripts: bool) -> None:
    home = tmp_path / ("newcomer" if scripts else "newcomer-without-scripts")
    home.mkdir()
    async with newcomer(home, scripts=scripts) as one:
        key = await one.make_a_key()
        url = f"{one.url.partition('/setup')[0]}/mcp"
        async with (
            httpx2.AsyncClient(headers={"X-API-Key": key}, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as agent,
        ):
            call = {**ask("refund", "demo_shop", order="1182"), "additional_info": "Trying it out"}
            asked = facts(await agent.call_tool(CALL, call))
            waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": asked["request_id"]}))
            await one.approve(asked["approval_url"])
            assert (await waiting).content[0].text == REFUNDED


CODEX = (
    "codex exec --json --skip-git-repo-check -c model=scripted -c model_provider=model -c model_providers.model.name=m"
    " -c model_providers.model.base_url={model}/v1 -c model_providers.model.wire_api=responses"
    " -c model_providers.model.env_key=MODEL_KEY -- 'Refund order 1182, please.'"
)
CLAUDE_CODE = (
    "ANTHROPIC_BASE_URL={model} ANTHROPIC_API_KEY=$MODEL_KEY claude -p 'Refund order 1182, please.'"
    " --output-format stream-json --verbose --model claude-sonnet-4-5"
)


@pytest.mark.npm
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("client", "run"), [("codex", CODEX), ("claude-code", CLAUDE_CODE)])
async def test_a_real_client_is_set_up_with_what_the_page_says_and_nothing_else(
    tmp_path: Path, commands: Path, client: str, run: str
) -> None:
    home = tmp_path / f"newcomer-{client}"
    home.mkdir()
    script = tmp_path / "first.transcript.yaml"
    script.write_text(TRANSCRIPT, encoding="utf-8")
    model = ScriptedModel(load_transcript(script), {"demo_shop": "demo_shop"}, Nobody())
    path = os.pathsep.join((str(commands), "/usr/bin", "/bin"))
    async with serving(model.answer) as server, newcomer(home, path) as one:
        await one.make_a_key()
        steps = await one.copied(client)
        # In the order of the page; the skills, which come from the network, are left out.
        lines = [text for where, text in steps.items() if where.startswith("In ")]
        lines += ["export MODEL_KEY=sk-none", run.format(model=server.base_url)]
        shell = await one.at_the_shell("\n".join(lines))
        said = []
        async with asyncio.timeout(120):
            async for line in shell.stdout:
                said.append(line.decode(errors="replace"))
                if "needs your decision" in said[-1] and (found := APPROVAL.search(said[-1])):
                    break
            else:
                raise AssertionError("".join(said)[-5000:])
            await one.approve(found[0])
            said.append((await shell.stdout.read()).decode(errors="replace"))
            assert await shell.wait() == 0
        assert REFUNDED in said[-1]
        assert "Order 1182 is refunded." in said[-1]
