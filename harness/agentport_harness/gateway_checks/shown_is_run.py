"""What the human saw is what the upstream gets, to the last digit."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any

from agentport_harness.bench.agent import Agent
from agentport_harness.bench.bench import Bench, ProbeTarget
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.bench.http import Raw
from agentport_harness.bench.raw_session import outcome_of, raw_session
from agentport_harness.core.json_values import JSON, as_object, as_text

PLAIN = '{"value": 0.1}'
TRICKY: Mapping[str, str] = {
    "NaN": '{"value": NaN}',
    "Infinity": '{"value": -Infinity}',
    "a number that no double reaches": '{"value": 1e400}',
    "an integer beyond 2^53": '{"value": 9007199254740993}',
    "an integer of 23 digits": '{"value": 12345678901234567890123}',
    "a fraction of more digits than a double has": '{"value": 0.1000000000000000055511151231257827}',
    "a key that stands twice": '{"value": 1, "value": 2}',
    "a key that stands twice deep inside": '{"value": [{"to": "a", "to": "b"}]}',
    "half of a surrogate pair": '{"value": "a\\ud800b"}',
    "half of a surrogate pair in a key": '{"\\udc00": 1}',
}


@gateway_check(
    "GW412",
    level="MUST",
    needs=("decide", "probe"),
    timeout=120,
    why="Where two readers understand one text differently, the human approves one call and the upstream gets another.",
    mend="Refuse what cannot be kept exactly when it comes in, with 400 and the reason, before a human is asked.",
)
async def shown_is_run(bench: Bench) -> AsyncIterator[Sighting]:
    """What the human saw is what the upstream gets.

    Non-finite numbers, numbers beyond double precision, duplicate keys, lone surrogates are kept exactly or refused,
    never silently changed. Sent over MCP and, where it answers, over REST; what is gated is looked at as the human
    sees it, approved, and compared with the bytes that reach the upstream.
    """
    session = await raw_session(bench)
    agent = await bench.agent()
    tool = await bench.tool()
    place: dict[str, JSON] = {"integration_id": tool.integration_id, "tool_name": tool.name}

    async def by_mcp(written: str) -> tuple[Raw, str]:
        answer = await session.call("call_tool", written, place)
        outcome = outcome_of(answer)
        return answer, outcome.request_id if outcome and outcome.kind == "approval_required" else ""

    async def by_rest(written: str) -> tuple[Raw, str]:
        path = f"/api/tools/{tool.integration_id}/call"
        body = json.dumps({"tool_name": tool.name, "args": "@"}).replace('"@"', written).encode()
        headers = {"Content-Type": "application/json", **bench.stand.credential}
        answer = await bench.http("POST", path, headers=headers, body=body)
        told = as_object(answer.body)
        told = as_object(told.get("detail")) or told
        return answer, as_text(told.get("approval_request_id"))

    for door, send in (("MCP", by_mcp), ("REST", by_rest)):
        answer, request_id = await send(PLAIN)
        if not request_id and door == "REST":
            continue  # the agent's door is MCP; not every gateway has this one
        if not request_id:
            raise NotReachedError(f"a plain call is not gated: {answer.status} {answer.text[:200]}")
        yield await _same(bench, agent, tool, request_id, PLAIN, f"a plain number over {door}")
        for what, written in TRICKY.items():
            answer, request_id = await send(written)
            if request_id:
                yield await _same(bench, agent, tool, request_id, written, f"{what} over {door}")
            else:
                yield sighted(answer.status < 500, f"{what} over {door} breaks the gateway", expected="400, and why")


async def _same(bench: Bench, agent: Agent, tool: ProbeTarget, request_id: str, written: str, what: str) -> Sighting:
    """Whether what the human is shown and what the upstream gets are what was written."""
    if bench.can("requests"):
        shown = (await bench.adapter.request(request_id)).get("args")
        # NaN is not equal to itself: compared as it is written
        if shown is not None and json.dumps(shown, sort_keys=True) != json.dumps(json.loads(written), sort_keys=True):
            evidence = f"sent {written}, shown {json.dumps(shown)}"
            return sighted(False, f"{what}: the human is shown something else", expected=written, evidence=evidence)
    before = len(tool.received)
    await bench.decide(request_id, "approves")
    await agent.result(request_id)
    got = tool.received[before:]
    return sighted(
        len(got) == 1 and _arguments(got[0].body) == _exactly(written),
        f"{what}: the upstream gets something else than was approved",
        expected=f"{written}, or a refusal",
        evidence=got[0].body.decode("utf-8", "replace") if got else "no call upstream",
    )


def _exactly(text: str | bytes) -> Any:
    """JSON with every key that stands in it and every digit of its numbers."""
    return json.loads(
        text, object_pairs_hook=lambda pairs: ("{}", pairs), parse_float=Decimal, parse_int=Decimal, parse_constant=str
    )


def _arguments(body: bytes) -> Any:
    found = _exactly(body)
    for name in ("params", "arguments"):
        found = dict(found[1]).get(name, ("{}", []))
    return found
