"""Awaits, retries and decisions all at once, over HTTP: upstream runs equal approvals, and everybody is answered."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from .test_serving import is_ready, sign_in, start
from .world import AWAIT, BOTH_REVISIONS, CALL, Upstream, ask, facts, recording_upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

DECISIONS = ("approve-once", "deny")
ANSWERS = {
    "approve-once": {"executed"},
    "deny": {"denied_by_human"},
}


@dataclass(frozen=True, slots=True)
class Contest:
    """Everything a round needs: the clients of one agent, its human, and what their calls reach."""

    agents: list[Client]
    http: httpx2.AsyncClient
    human: dict[str, str]
    key: dict[str, str]
    upstream: Upstream


@contextlib.asynccontextmanager
async def contest(tmp_path: Path, mode: str, **options: Any) -> AsyncIterator[Contest]:
    """A gateway in processes of its own, six clients of an agent, and a recording upstream."""
    process, ready = start(tmp_path, demo=True, max_pending_per_key=100_000, **options)
    try:
        told = await is_ready(process, ready)
        key = {"X-API-Key": told["api_key"]}
        async with (
            recording_upstream() as upstream,
            httpx2.AsyncClient(base_url=told["base_url"], timeout=60) as http,
            contextlib.AsyncExitStack() as stack,
        ):
            human = await sign_in(http, told["human"])
            await http.post("/api/integrations/custom", json={"name": "Probe", "url": upstream.url}, headers=human)
            installation = {"integration_id": "probe", "auth_method": "none"}
            assert (await http.post("/api/installed", json=installation, headers=human)).status_code == 201
            agents = []
            for _ in range(6):
                client = await stack.enter_async_context(httpx2.AsyncClient(headers=key, timeout=60))
                transport = streamable_http_client(told["mcp_url"], http_client=client)
                agents.append(await stack.enter_async_context(Client(transport, mode=mode)))
            yield Contest(agents, http, human, key, upstream)
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate, timeout=30)


async def one_round(running: Contest, number: int, contenders: int, chance: random.Random) -> str:
    """So many awaits, retries and decisions at once; what was decided."""
    running.upstream.calls.clear()
    asked = facts(await running.agents[0].call_tool(CALL, ask("act", "probe", n=number)))
    request_id = asked["request_id"]

    async def wait(agent: Client) -> tuple[str, str]:
        result = facts(await agent.call_tool(AWAIT, {"request_id": request_id}))
        return "await", result["outcome"]

    async def retry() -> tuple[str, str]:
        body = {"tool_name": "act", "args": {"n": number}}
        answer = await running.http.post("/api/tools/probe/call", json=body, headers=running.key)
        if answer.status_code == 200:
            return "retry", "executed"
        assert answer.status_code == 403, answer.text
        return "retry", str(answer.json()["error"])

    async def decide(decision: str) -> tuple[str, str]:
        path = f"/api/tool-approvals/requests/{request_id}/{decision}"
        answer = await running.http.post(path, headers=running.human)
        return decision, str(answer.status_code)

    decisions = [decide(chance.choice(DECISIONS)) for _ in range(max(2, contenders // 10))]
    retries = [retry() for _ in range(contenders // 5)]
    waits = [wait(chance.choice(running.agents)) for _ in range(contenders - len(decisions) - len(retries))]
    everything = [*decisions, *retries, *waits]
    chance.shuffle(everything)
    answers = Counter(await asyncio.wait_for(asyncio.gather(*everything), 60))
    won = [decision for decision in DECISIONS if answers[decision, "200"]]
    assert sum(answers[decision, "200"] for decision in DECISIONS) == 1, answers
    assert sum(answers[decision, "409"] for decision in DECISIONS) == len(decisions) - 1, answers
    assert {outcome for kind, outcome in answers if kind == "await"} == ANSWERS[won[0]], answers
    assert {outcome for kind, outcome in answers if kind == "retry"} <= {"executed", "approval_required"}, answers
    assert len(running.upstream.calls) == (won[0] == "approve-once"), answers
    assert answers["retry", "executed"] == 0 or won == ["approve-once"]
    return won[0]


async def race(running: Contest, rounds: int, contenders: int) -> None:
    chance = random.Random(4)
    won = Counter([await one_round(running, number, contenders, chance) for number in range(rounds)])
    assert set(won) == set(DECISIONS)


LONG = pytest.param(200, 50, marks=[pytest.mark.slow, pytest.mark.timeout(900)])


@pytest.mark.parametrize(("rounds", "contenders"), [(6, 20), LONG])
async def test_on_one_process(tmp_path: Path, rounds: int, contenders: int) -> None:
    async with contest(tmp_path, "2026-07-28") as running:
        await race(running, rounds, contenders)


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_on_three_workers(tmp_path: Path, database: str, mode: str) -> None:
    async with contest(tmp_path, mode, workers=3, database_url=database) as running:
        await race(running, 200, 50)


@pytest.mark.postgresql
async def test_on_two_workers_in_short(tmp_path: Path, database: str) -> None:
    async with contest(tmp_path, "legacy", workers=2, database_url=database) as running:
        await race(running, 6, 20)
