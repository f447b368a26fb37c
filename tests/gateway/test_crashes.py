"""kill -9 at each step that is written down, then a restart: what must hold is looked at from outside."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from .test_serving import is_ready, sign_in, start
from .world import AWAIT, facts, recording_upstream

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

CALL = {"tool_name": "act", "args": {"n": 1}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is found after the restart: of how many requests, what awaiting says, and how often the upstream ran."""

    requests: int
    outcome: str
    runs: int


# The upstream is reached between "consumed" and "called"; what lies in between is not known for certain.
EXPECTED = {
    "asking": Left(requests=0, outcome="", runs=0),
    "asked": Left(requests=1, outcome="still_pending", runs=0),
    "deciding": Left(requests=1, outcome="still_pending", runs=0),
    "decided": Left(requests=1, outcome="executed", runs=1),
    "consuming": Left(requests=1, outcome="executed", runs=1),
    "consumed": Left(requests=1, outcome="outcome_unknown", runs=0),
    "called": Left(requests=1, outcome="outcome_unknown", runs=1),
    "finishing": Left(requests=1, outcome="outcome_unknown", runs=1),
    "finished": Left(requests=1, outcome="executed", runs=1),
}
DOWN = {
    "giving_back": Left(requests=1, outcome="outcome_unknown", runs=0),
    "given_back": Left(requests=1, outcome="executed", runs=1),
}
SHORT = ("consumed",)


def points(table: dict[str, Left]) -> list[Any]:
    return [
        pytest.param(
            database,
            point,
            marks=[]
            if database == "sqlite" and point in SHORT
            else [pytest.mark.slow, *([pytest.mark.postgresql] if database == "postgresql" else [])],
        )
        for database in ("sqlite", "postgresql")
        for point in table
    ]


@pytest.fixture
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The database that outlives the process."""
    if request.node.callspec.params["kind"] == "postgresql":
        found: str = request.getfixturevalue("database")
        return found
    return f"sqlite:///{tmp_path / 'kept.sqlite'}"


@pytest.mark.parametrize(("kind", "point"), points(EXPECTED))
async def test_after_a_kill_every_invariant_still_holds(tmp_path: Path, url: str, kind: str, point: str) -> None:
    async with recording_upstream() as upstream:
        told = await killed_at(tmp_path, url, point, upstream.url)
        left = await after_the_restart(tmp_path, url, told)
        runs = len(upstream.calls)
    assert Left(requests=left[0], outcome=left[1], runs=runs) == EXPECTED[point]


@pytest.mark.parametrize(("kind", "point"), points(DOWN))
async def test_an_approval_that_comes_back_survives_too(tmp_path: Path, url: str, kind: str, point: str) -> None:
    async with recording_upstream() as upstream:
        told = await killed_at(tmp_path, url, point, upstream.url, before_approval=upstream.stop)
    async with recording_upstream(port=int(upstream.url.split(":")[2].split("/")[0])) as upstream:
        left = await after_the_restart(tmp_path, url, told)
        runs = len(upstream.calls)
    assert Left(requests=left[0], outcome=left[1], runs=runs) == DOWN[point]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def test_an_allowed_call_that_reached_the_upstream_is_in_the_log(tmp_path: Path, url: str, kind: str) -> None:
    async with recording_upstream() as upstream:
        told = await killed_at(tmp_path, url, "ran_allowed", upstream.url, mode="allow")
        assert len(upstream.calls) == 1
    process, ready = start(tmp_path, demo=True, database_url=url)
    try:
        fresh = await is_ready(process, ready)
        async with httpx2.AsyncClient(base_url=fresh["base_url"], timeout=10) as http:
            entries = (await http.get("/api/logs", headers=await sign_in(http, told["human"]))).json()
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate)
    assert [(entry["args"], entry["outcome"]) for entry in entries] == [({"n": 1}, "outcome_unknown")]


async def killed_at(
    tmp_path: Path, url: str, point: str, upstream: str, *, mode: str = "require_approval", before_approval: Any = None
) -> dict[str, Any]:
    """Install, call, approve and retry, as far as the gateway lets us; what its ready file said."""
    process, ready = start(tmp_path, failpoint=point, demo=True, database_url=url)
    told = await is_ready(process, ready)
    async with httpx2.AsyncClient(base_url=told["base_url"], timeout=30) as http:
        human = await sign_in(http, told["human"])
        agent = {"X-API-Key": told["api_key"]}
        await http.post("/api/integrations/custom", json={"name": "Probe", "url": upstream}, headers=human)
        installation = {"integration_id": "probe", "auth_method": "none"}
        await http.post("/api/installed", json=installation, headers=human)
        await http.put("/api/tool-settings/probe/act", json={"mode": mode}, headers=human)
        with pytest.raises(httpx2.TransportError):
            await ask_approve_and_run(http, human, agent, before_approval)
    await asyncio.to_thread(process.communicate, timeout=15)
    assert process.returncode == -signal.SIGKILL
    await asyncio.to_thread(ready.unlink)
    return told


async def ask_approve_and_run(
    http: httpx2.AsyncClient, human: dict[str, str], agent: dict[str, str], before_approval: Any
) -> None:
    asked = await http.post("/api/tools/probe/call", json=CALL, headers=agent)
    if before_approval is not None:
        before_approval()
        await asyncio.sleep(0.5)
    path = f"/api/tool-approvals/requests/{asked.json()['approval_request_id']}/approve-once"
    await http.post(path, headers=human)
    await http.post("/api/tools/probe/call", json=CALL, headers=agent)


async def after_the_restart(tmp_path: Path, url: str, told: dict[str, Any]) -> tuple[int, str]:
    """How many requests there are, and what awaiting says once the run of a dead process is known to be lost."""
    process, ready = start(tmp_path, demo=True, database_url=url)
    try:
        fresh = await is_ready(process, ready)
        assert fresh["api_key"] == told["api_key"]
        async with httpx2.AsyncClient(base_url=fresh["base_url"], timeout=10) as http:
            human = await sign_in(http, told["human"])
            requests = (await http.get("/api/tool-approvals/requests", headers=human)).json()
            entries = (await http.get("/api/logs", headers=human)).json()
            assert {entry["approval_request_id"] for entry in entries} == {request["id"] for request in requests}
            if not requests:
                return 0, ""
            outcome = await awaited(fresh["mcp_url"], told["api_key"], requests[0])
            again = (await http.get(f"/api/tool-approvals/requests/{requests[0]['id']}", headers=human)).json()
            assert again["status"] == ("pending" if outcome == "still_pending" else "consumed")
            return len(requests), outcome
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate)


async def awaited(url: str, key: str, request: dict[str, Any]) -> str:
    agent = httpx2.AsyncClient(headers={"X-API-Key": key}, timeout=60)
    async with agent, Client(streamable_http_client(url, http_client=agent)) as client, asyncio.timeout(60):
        # On PostgreSQL another process may be running the call until its lease has lapsed.
        arguments = {"request_id": request["id"], "timeout_seconds": 2.0}
        while True:
            outcome: str = facts(await client.call_tool(AWAIT, arguments))["outcome"]
            if outcome != "still_pending" or request["status"] == "pending":
                return outcome
