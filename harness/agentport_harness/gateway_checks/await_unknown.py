"""A request id tells nothing to whom it does not belong."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import Sighting, gateway_check, sighted
from agentport_harness.bench.stand import Tenant

PROMPT = 5.0
"""Seconds within which a refusal is fast."""
_UNKNOWN = "00000000-0000-4000-8000-00000000dead"
_MALFORMED = ("not-an-id", "../../approve", f"{_UNKNOWN}0", "é" * 40)


@gateway_check(
    "GW309",
    level="MUST",
    needs=("second", "gated"),
    why="An answer that differs for somebody else's request tells what exists; one that waits takes a minute.",
    mend="Look a request up within the caller's organisation; answer not found, in the same words, for all the rest.",
)
async def await_unknown(bench: Bench) -> AsyncIterator[Sighting]:
    """Unknown, malformed and other tenants' ids are refused alike, fast.

    Unknown and other tenants' in the same words but for the id; malformed ones with the same outcome.
    """
    second: Tenant | None = bench.stand.second
    stranger = await bench.agent(api_key=second.api_key if second else "")
    agent = await bench.agent()
    asked = await agent.ask(await bench.target("require_approval"), {"note": "not yours"})
    prompt = PROMPT + await bench.slack()
    unknown = await stranger.wait(_UNKNOWN)
    yield sighted(unknown.kind == "not_found", "an unknown request is not refused as such", expected="not found")
    yield sighted(unknown.is_error, "an unknown request is not marked as an error", expected="isError true")
    foreign = await stranger.wait(asked.request_id)
    yield sighted(
        _worded(foreign.text, asked.request_id) == _worded(unknown.text, _UNKNOWN)
        and (foreign.kind, foreign.is_error) == (unknown.kind, unknown.is_error),
        "another organisation's request is answered otherwise than an unknown one",
        expected="the same words but for the id",
        evidence=f"{foreign.text[:300]} | {unknown.text[:300]}",
    )
    for reply in (unknown, foreign):
        yield sighted(reply.seconds < prompt, "the refusal is slow", expected="an answer at once")
    for malformed in _MALFORMED:
        reply = await stranger.wait(malformed)
        yield sighted(
            reply.kind == unknown.kind and reply.seconds < prompt,
            "a malformed id is answered otherwise than an unknown one",
            expected="the same outcome, at once",
        )


def _worded(text: str, request_id: str) -> str:
    return text.replace(request_id, "<id>")
