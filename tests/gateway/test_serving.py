"""The process: starting, telling who waits, stopping, dying, and what is left then."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from agentport_gateway.demo import client_commands
from agentport_gateway.domain.client_setups import client_setups

from .world import AWAIT, CALL, ask, facts, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

SERVE = """
import sys
from pathlib import Path
from agentport_gateway.serve import ServeOptions, run
given = eval(sys.argv[1])
ready = given.pop("ready_file", None)
sys.exit(run(ServeOptions(ready_file=Path(ready) if ready else None, **given)))
"""


def start(
    tmp_path: Path, *, failpoint: str = "", prelude: str = "", stdin: int | None = None, **options: Any
) -> tuple[subprocess.Popen[str], Path]:
    ready = tmp_path / "ready.json"
    given = {"port": 0, "ready_file": str(ready), "poll_budget_seconds": 20.0, **options}
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "AGENTPORT_TEST_FAILPOINT": failpoint,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", prelude + SERVE, repr(given)],
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, ready


async def is_ready(process: subprocess.Popen[str], ready: Path) -> dict[str, Any]:
    return await asyncio.to_thread(wait_until_ready, process, ready)


def wait_until_ready(process: subprocess.Popen[str], ready: Path) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while not ready.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    found: dict[str, Any] = json.loads(ready.read_text("utf-8"))
    return found


async def sign_in(http: httpx2.AsyncClient, human: dict[str, str]) -> dict[str, str]:
    form = {"username": human["email"], "password": human["password"]}
    token = (await http.post("/api/auth/token", data=form)).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_a_signal_releases_waits_removes_the_ready_file_and_ends(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process, ready = start(tmp_path, demo=True)
    told = await is_ready(process, ready)
    assert (await asyncio.to_thread(ready.stat)).st_mode & 0o777 == 0o600
    assert set(told) == {"base_url", "mcp_url", "api_key", "human", "pid", "second", "tools"}
    async with (
        httpx2.AsyncClient(headers={"X-API-Key": told["api_key"]}, timeout=30) as http,
        Client(streamable_http_client(told["mcp_url"], http_client=http), mode="2026-07-28") as agent,
    ):
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await asyncio.sleep(0.3)
        process.send_signal(number)
        assert facts(await waiting)["outcome"] == "still_pending"
    output, _ = await asyncio.to_thread(process.communicate, timeout=15)
    assert process.returncode == code
    assert not await asyncio.to_thread(ready.exists)
    assert told["api_key"] in output
    assert told["second"]["api_key"] not in output


async def test_it_ends_in_an_orderly_way_with_the_standard_input_that_it_was_given(tmp_path: Path) -> None:
    parked = asyncio.Event()

    async def on_progress(*_told: Any) -> None:
        parked.set()

    process, ready = start(tmp_path, demo=True, stop_with_stdin=True, stdin=subprocess.PIPE)
    try:
        told = await is_ready(process, ready)
        async with (
            httpx2.AsyncClient(headers={"X-API-Key": told["api_key"]}, timeout=30) as http,
            Client(streamable_http_client(told["mcp_url"], http_client=http), mode="2026-07-28") as agent,
        ):
            process.stdin.write("what is said there is passed over\n")
            process.stdin.flush()
            request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
            arguments = {"request_id": request_id}
            waiting = asyncio.create_task(agent.call_tool(AWAIT, arguments, progress_callback=on_progress))
            await asyncio.wait_for(parked.wait(), 15)
            process.stdin.close()
            assert facts(await asyncio.wait_for(waiting, 15))["outcome"] == "still_pending"
        assert await asyncio.to_thread(process.wait, 15) == 0
        assert not await asyncio.to_thread(ready.exists)
    finally:
        process.kill()
        process.stdin = None
        await asyncio.to_thread(process.communicate)


def test_a_standard_input_whose_end_cannot_be_seen_is_one_clear_line(tmp_path: Path) -> None:
    process, _ = start(tmp_path, stop_with_stdin=True, stdin=subprocess.DEVNULL)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert errors == "--stop-with-stdin needs a pipe, a socket or a terminal as standard input\n"


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, _ = start(tmp_path, port=port)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert errors == f"port {port} is in use: choose another with --port\n"


def test_a_database_file_serves_one_gateway_at_a_time(tmp_path: Path) -> None:
    process, ready = start(tmp_path, database_url=f"sqlite:///{tmp_path / 'one.sqlite'}")
    try:
        told = wait_until_ready(process, ready)
        assert set(told) == {"base_url", "mcp_url", "pid", "setup_url", "setup_code"}
        other, _ = start(tmp_path, database_url=f"sqlite:///{tmp_path / 'one.sqlite'}")
        _, errors = other.communicate(timeout=20)
        assert (other.returncode, errors.count("\n")) == (2, 1)
        assert "is in use by another gateway" in errors
        assert ready.exists()
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name"])
def test_a_database_url_that_cannot_be_used_is_one_clear_line(tmp_path: Path, url: str) -> None:
    process, _ = start(tmp_path, database_url=url)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    assert "sqlite:///" in errors


def test_importing_the_gateway_costs_nothing() -> None:
    script = (
        "import sys; before = set(sys.modules); import agentport_gateway, agentport_gateway.serve; "
        "print(sorted(m for m in set(sys.modules) - before if m.split('.')[0] in "
        "('mcp', 'pydantic', 'sqlalchemy', 'uvicorn', 'fastapi', 'asyncio')))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


async def test_a_demonstration_that_starts_again_is_the_same_one(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as world:
        once = await world.furnish_demo()
        again = await world.furnish_demo()
        assert again == once
        assert once["second"]["api_key"] != once["api_key"]
        human = await sign_in(world.http, once["human"])
        keys = (await world.http.get("/api/api-keys", headers=human)).json()
        assert len(keys) == 1
        await world.http.delete(f"/api/api-keys/{keys[0]['id']}", headers=human)
        renewed = await world.furnish_demo()
        assert renewed["api_key"] != once["api_key"]
        answer = await world.http.get("/api/installed", headers={"X-API-Key": renewed["api_key"]})
        assert len(answer.json()) == 2
    async with running_gateway(tmp_path, tenants=(world.first, world.second), secret_key="another") as world:
        changed = await world.furnish_demo()
        assert changed["human"]["email"] == once["human"]["email"]
        assert changed["human"]["password"] != once["human"]["password"]
        await sign_in(world.http, changed["human"])


def test_what_a_demonstration_prints_to_paste_is_what_the_connect_page_says() -> None:
    ready = {
        "base_url": "http://127.0.0.1:4747",
        "mcp_url": "http://127.0.0.1:4747/mcp",
        "api_key": "ap_secret",
        "human": {"email": "demo@demo.example", "password": "secret"},
    }
    printed = "\n".join(line.strip() for line in client_commands(ready))
    setups = {setup.id: setup for setup in client_setups(ready["mcp_url"], "ap_secret")}
    for setup_id in ("codex", "claude-code"):
        for step in setups[setup_id].steps:
            assert "\n".join(line.strip() for line in step.text.splitlines()) in printed
    assert 'default_tools_approval_mode = "approve"' in printed
    assert "Cursor, VS Code, opencode, gemini-cli: see http://127.0.0.1:4747/connect" in printed
