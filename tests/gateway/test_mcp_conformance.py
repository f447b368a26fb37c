"""The official MCP conformance suite against the gateway, for both revisions, from the npm registry."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.skills.clients import UnavailableError, install

from .world import World, running_gateway, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.anyio, pytest.mark.npm, pytest.mark.timeout(600)]

PACKAGES = ("node@22.23.3", "@modelcontextprotocol/conformance@0.2.0-alpha.12")
HERE = Path(__file__).parent / "mcp_conformance"
# How the suite says that a tool, a resource or a prompt of its own fixture server is not there.
ABSENT = re.compile(
    r"Unknown tool: test_|no such (prompt|resource)|Method not found|Not testable|Prerequisite failed"
    r"|Expected InputRequiredResult|Server returned JSON-RPC error|Mutated the tool list"
)
NEVER_EXPECTED = ("dns-rebinding-protection", "http-header-validation", "server-initialize", "tools-list", "caching")


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("AGENTPORT_NPM_CONFORMANCE")
    try:
        return install(Path(given) if given else tmp_path_factory.mktemp("conformance"), PACKAGES)
    except UnavailableError as reason:
        pytest.skip(str(reason))


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """A gateway that takes every request for its agent's: the suite sends no credentials."""
    async with (
        running_gateway(tmp_path, wait_rungs=("elicitation", "tasks")) as world,
        served(signed_in(world)) as (base_url, _),
    ):
        yield f"{base_url}/mcp"


def signed_in(world: World) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        headers = [*scope["headers"], (b"x-api-key", world.first.api_key.encode())]
        await world.application({**scope, "headers": headers}, receive, send)

    return application


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
async def test_only_what_needs_the_suites_own_fixtures_fails(
    commands: Path, url: str, tmp_path: Path, revision: str
) -> None:
    expected = HERE / f"expected-failures-{revision}.yaml"
    results = tmp_path / "results"
    ran = await asyncio.to_thread(
        subprocess.run,
        [
            str(commands / "conformance"),
            *("server", "--url", url, "--requirements", revision, "--expected-failures", str(expected)),
            *("--output-dir", str(results)),
        ],
        env={**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    checks = {
        path.parent.name.removeprefix("server-"): json.loads(path.read_text("utf-8"))
        for path in sorted(results.glob("*/checks.json"))
    }
    listed = {line[4:].split(":")[0] for line in expected.read_text("utf-8").splitlines() if line.startswith("  - ")}
    for scenario, found in checks.items():
        name = re.sub(r"-\d{4}-\d\d-\d\dT.*", "", scenario)
        for check in found:
            if check["status"] == "FAILURE" and name in listed:
                assert ABSENT.search(check["errorMessage"]), (name, check["id"], check["errorMessage"])
            if name in NEVER_EXPECTED:
                assert check["status"] in ("SUCCESS", "INFO", "SKIPPED"), (name, check["id"], check.get("errorMessage"))
    ran_whole = {re.sub(r"-\d{4}-\d\d-\d\dT.*", "", scenario) for scenario in checks}
    assert "dns-rebinding-protection" in ran_whole
    assert ("http-header-validation" in ran_whole) is (revision == "2026-07-28")
