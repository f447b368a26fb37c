"""A server that answers anything at all gets a verdict from every check, and never makes one fail by itself."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from agentport_harness.bench.judging import run_check
from agentport_harness.bench.stand import Stand, Target, Tenant
from agentport_harness.runner.catalogue import gateway_checks
from agentport_harness.surfaces.names import PREFIX, REQUIRED_ARGUMENTS
from agentport_harness.transports.loopback import listening

pytestmark = pytest.mark.anyio
ID = "abcdef123456"
PAGE = {"method": "elicitation/create", "params": {"mode": "url", "message": "m", "url": "http://[bad"}}
ANSWERS: list[Any] = [
    {"content": []},
    {"content": [{"type": "text", "text": "[" * 50_000 + "]" * 50_000}]},
    {"content": [{"type": "text", "text": "null"}]},
    {"content": [], "structuredContent": {"integrations": [None, 5, [], {"id": 5}], "tools": [None, {"name": 5}]}},
    {
        "content": [],
        "structuredContent": {"outcome": "approval_required", "request_id": {}, "approval_url": "http://["},
    },
    {"content": [{"type": "text", "text": f"approve at http://h/approve/{ID} via agentport__await_approval"}]},
    {"content": 5},
    {"resultType": "input_required"},
    {"resultType": "input_required", "inputRequests": {"a": PAGE}, "requestState": "x"},
    {"resultType": "task", "taskId": 5},
    "text",
    None,
    {"content": [{"type": "text", "text": "x" * 1_000_000}], "isError": True},
]
DISCOVERED = {"supportedVersions": ["2026-07-28"], "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}}
COMPLETE = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}


class Hostile:
    """Lists the documented tools with schemas that are none, and gives every call another strange answer."""

    def __init__(self) -> None:
        self._next = itertools.cycle(ANSWERS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        asked = _parsed(body)
        if scope["method"] == "GET":
            await respond(send, 200, {"resource": 5, "authorization_servers": ["http://[", 5]})
        elif not any(name == b"x-api-key" for name, _ in scope["headers"]):
            await respond(send, 401, {})
        else:
            answer = {"jsonrpc": "2.0", "id": asked.get("id"), "result": self._result(asked.get("method"))}
            await respond(send, 200, answer)

    def _result(self, method: Any) -> Any:
        match method:
            case "server/discover":
                return {**COMPLETE, **DISCOVERED}
            case "tools/list":
                schema = {"type": "object", "properties": {"a": True}, "required": ["more", 5]}
                elsewhere = {"type": "object", "$ref": "http://127.0.0.1:1/none"}
                tools = [
                    {"name": f"{PREFIX}{name}", "inputSchema": schema, "outputSchema": elsewhere}
                    for name in REQUIRED_ARGUMENTS
                ]
                return {**COMPLETE, "tools": tools}
            case _:
                strange = next(self._next)
                return {"resultType": "complete", **strange} if isinstance(strange, dict) else strange


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


async def respond(send: Any, status: int, body: dict[str, Any]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def test_no_check_breaks_on_a_hostile_server() -> None:
    tool = Target(integration_id="i", name="t")
    async with listening(Hostile()) as base_url:
        stand = Stand(
            mcp_url=f"{base_url}/mcp",
            base_url=base_url,
            first=Tenant(api_key="first"),
            second=Tenant(api_key="second"),
            protocol="2026-07-28",
            given={"require_approval": tool, "allow": tool, "deny": tool},
            rounds=1,
            poll_limit=2,
            call_limit=2,
            grace=0.01,
        )
        light = [check for check in gateway_checks() if check.isolation != "alone"]
        checked = [await run_check(check, stand) for check in light]

    judged = [one.verdict for one in checked if one.verdict.status != "skipped"]
    assert [one for one in judged if one.status == "error"] == []
    assert {"GW105", "GW202", "GW203", "GW302"} <= {one.rule for one in judged}
