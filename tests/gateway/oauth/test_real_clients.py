"""Codex and Claude Code connect to a gateway by themselves; a person answers in Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway.web.people import PASSWORD, give_password
from tests.gateway.world import World, running_gateway
from tests.skills.clients import QUIET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

async_api = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.npm,
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH"),
]


@dataclass
class Machine:
    """Somebody's machine with the clients on it; what would open in the browser is written down instead."""

    home: Path
    project: Path
    commands: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": os.pathsep.join((str(self.home / "bin"), str(self.commands), "/usr/bin", "/bin")),
            "BROWSER": str(self.home / "bin/xdg-open"),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            **QUIET,
        }

    async def run(self, *command: str) -> tuple[int, str]:
        async with self.beside(*command) as process:
            said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode(errors="replace")

    @contextlib.asynccontextmanager
    async def beside(self, *command: str) -> AsyncIterator[Any]:
        """A command that runs meanwhile, and ends with whatever it started."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.project,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            await _end(process)

    @contextlib.asynccontextmanager
    async def at_a_terminal(self, *command: str) -> AsyncIterator[Any]:
        """A command that believes that somebody sits before it."""
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.project,
            env=self.environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, _swallow, loop, ours)
        try:
            yield process
        finally:
            loop.remove_reader(ours)
            await _end(process)
            os.close(ours)

    async def opened(self) -> str:
        """The address that the client opened in the browser."""
        path = self.home / "opened"
        async with asyncio.timeout(60):
            while not path.exists() or not path.read_text():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
        return path.read_text().splitlines()[0]


async def _end(process: Any) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _swallow(loop: asyncio.AbstractEventLoop, terminal: int) -> None:
    try:
        if os.read(terminal, 65536):
            return
    except OSError:
        pass
    loop.remove_reader(terminal)


@pytest.fixture
def machine(commands: Path, tmp_path: Path) -> Machine:
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    opener = home / "bin/xdg-open"
    opener.write_text('#!/bin/sh\nprintf "%s\\n" "$1" >> "$HOME/opened"\n')
    opener.chmod(0o755)
    return Machine(home, tmp_path / "project", commands)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "gateway").mkdir()
    async with running_gateway(tmp_path / "gateway", knows_address=True) as running:
        yield running


async def _consent(world: World, url: str) -> tuple[str, str]:
    """Sign in and let the client in, as a person would; what the consent page and the last page said."""
    email = await give_password(world)
    async with async_api.async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            page = await chromium.new_page()
            await page.goto(url)
            await page.get_by_label("Email").fill(email)
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_role("button", name="Connect").wait_for()
            asked = await page.inner_text("main")
            await page.get_by_role("button", name="Connect").click()
            await page.wait_for_url(lambda address: "/callback" in address)
            await page.wait_for_load_state()
            return asked, await page.inner_text("body")
        finally:
            await chromium.close()


async def _connection(world: World) -> dict[str, Any]:
    await world.gateway.keys.note_uses()
    (one,) = (await world.http.get("/api/connected-clients", headers=world.first.as_human)).json()
    found: dict[str, Any] = one
    return found


async def test_codex_logs_in_and_uses_what_it_was_given(world: World, machine: Machine) -> None:
    config = machine.home / ".codex/config.toml"
    config.parent.mkdir()
    config.write_text(f'[mcp_servers.agentport]\nurl = "{world.base_url}/mcp"\n')
    login = asyncio.create_task(machine.run("codex", "mcp", "login", "agentport"))
    asked, last = await _consent(world, await machine.opened())
    code, said = await login
    assert code == 0, said
    assert "Successfully logged in" in said
    assert "Codex" in asked
    assert "127.0.0.1" in asked
    assert "uthenticat" in last
    _, listed = await machine.run("codex", "mcp", "list", "--json")
    (server,) = json.loads(listed[listed.index("[") :])
    assert server["auth_status"] in ("o_auth", "oauth")
    before = await _connection(world)
    assert before["name"].startswith("Codex")
    # There is no model behind this; the client connects to its servers before it finds that out.
    provider = (
        "-c", "model_provider=none", "-c", "model_providers.none.name=none",
        "-c", "model_providers.none.base_url=http://127.0.0.1:9", "-c", "model_providers.none.request_max_retries=0",
        "-c", "model_providers.none.stream_max_retries=0",
    )  # fmt: skip
    async with machine.beside("codex", "exec", "--skip-git-repo-check", *provider, "hello"), asyncio.timeout(60):
        while (await _connection(world))["last_used_at"] is None:  # noqa: ASYNC110 - the client's process does it
            await asyncio.sleep(0.1)


async def test_claude_code_logs_in_and_connects(world: World, machine: Machine) -> None:
    code, said = await machine.run(
        "claude", "mcp", "add", "agentport", "-s", "user", "--transport", "http", f"{world.base_url}/mcp"
    )
    assert code == 0, said
    async with machine.at_a_terminal("claude", "mcp", "login", "agentport") as login:
        asked, last = await _consent(world, await machine.opened())
        async with asyncio.timeout(60):
            assert await login.wait() == 0
    assert "Claude Code" in asked
    assert "localhost" in asked
    assert "uthenticat" in last
    code, listed = await machine.run("claude", "mcp", "list")
    assert code == 0
    assert "Connected" in listed
    connection = await _connection(world)
    assert connection["name"].startswith("Claude Code")
    assert connection["last_used_at"] is not None
    await world.http.delete(f"/api/connected-clients/{connection['id']}", headers=world.first.as_human)
    _, listed = await machine.run("claude", "mcp", "list")
    assert "Connected" not in listed
