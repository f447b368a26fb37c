"""A gateway that puts its upstream's tools before agents as they are: a call is refused until a human approved it."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from agentport_harness.bench.by_hand import HandInstalled
from agentport_harness.bench.judging import run_check
from agentport_harness.bench.stand import Stand, Tenant
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.runner.gateway_probe import with_probe
from agentport_harness.transports.adapter import Decided
from agentport_harness.transports.loopback import listening
from agentport_harness.transports.probe import probing
from tests.gateway_checks.test_bad_gateways import COMPLETE, DISCOVERED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio
CHECKS = {check.id: check for check in gateway_checks()}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Direct:
    """Gates every tool of one upstream. Its human decides by the same object. ``once``: an approval is for one run."""

    def __init__(self, upstream: str, http: httpx2.AsyncClient, *, once: bool) -> None:
        self._upstream, self._http, self._once = upstream, http, once
        self._of: dict[str, str] = {}
        self._state: dict[str, str] = {}

    async def try_decide(self, request_id: str, deed: str) -> Decided:
        taken = self._state.get(request_id) == "pending"
        if taken:
            self._state[request_id] = deed
        return Decided(accepted=taken, status=200 if taken else 409)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        asked = json.loads(message["body"] or b"{}")
        match asked.get("method"):
            case "server/discover":
                told = DISCOVERED
            case "tools/list":
                told = {**COMPLETE, **await self._forward(asked)}
            case "tools/call":
                told = {**COMPLETE, **await self._gated(asked)}
            case _:
                told = COMPLETE
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        answer = {"jsonrpc": "2.0", "id": asked.get("id"), "result": told}
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def _gated(self, asked: Any) -> Any:
        call = json.dumps([asked["params"]["name"], asked["params"]["arguments"]], sort_keys=True)
        request_id = self._of.setdefault(call, f"request-{len(self._state)}")
        match self._state.setdefault(request_id, "pending"):
            case "pending":
                return refused(f"This call requires approval. Request '{request_id}' is pending, then retry.")
            case "denies":
                return refused(f"Approval {request_id} was denied by a person")
        if self._once:
            del self._of[call]
        return await self._forward(asked)

    async def _forward(self, asked: Any) -> Any:
        return (await self._http.post(self._upstream, json=asked)).json()["result"]


def refused(text: str) -> Any:
    return {"content": [{"type": "text", "text": text}], "isError": True}


@asynccontextmanager
async def standing(*, once: bool) -> AsyncIterator[Stand]:
    async with probing() as probe, httpx2.AsyncClient(trust_env=False) as http:
        hand = HandInstalled(probe, "probe", {})
        gateway: Any = Direct(hand.url, http, once=once)
        async with listening(gateway) as base:
            yield Stand(
                mcp_url=f"{base}/mcp", base_url=base, first=Tenant(api_key="", adapter=gateway), probe=probe,
                by_hand=hand, calls="direct", protocol="2026-07-28", rounds=2, grace=0.05,
            )  # fmt: skip


async def test_a_call_is_made_again_where_there_is_nothing_to_await() -> None:
    wanted = ("GW301", "GW303", "GW304", "GW306", "GW401", "GW402", "GW403")
    async with standing(once=True) as stand:
        assert await with_probe(stand, lambda _words: None) is stand
        verdicts = {name: (await run_check(CHECKS[name], stand)).verdict for name in wanted}

    assert {name: (one.status, one.reason) for name, one in verdicts.items()} == dict.fromkeys(wanted, ("pass", ""))


async def test_an_approval_that_goes_on_standing_is_found() -> None:
    async with standing(once=False) as stand:
        single = (await run_check(CHECKS["GW403"], stand)).verdict
        most = (await run_check(CHECKS["GW402"], stand)).verdict
        before = (await run_check(CHECKS["GW303"], stand)).verdict

    assert single.status == most.status == "fail"
    assert single.findings[0].message == "awaiting again runs a call that succeeded again"
    assert before.status == "pass"


async def test_a_request_that_nobody_here_asked_for_cannot_be_asked_about() -> None:
    async with standing(once=True) as stand:
        verdict = (await run_check(CHECKS["GW309"], stand)).verdict
    assert verdict.status == "skipped"
