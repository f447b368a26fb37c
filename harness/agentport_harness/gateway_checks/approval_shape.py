"""What an agent needs to get a decision is in the answer, whole."""

from __future__ import annotations

from collections.abc import AsyncIterator

from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.urls import split_url

BRIEF = 0.2
"""Seconds for which one await is asked to hold the line."""


@gateway_check(
    "GW302",
    level="MUST",
    needs=("gated",),
    why="The link is all that the human gets, and the id all that the agent can wait with: without them work stops.",
    mend="Put one absolute URL that ends in the request's id, the id itself, and the way to wait into every answer.",
)
async def approval_shape(bench: Bench) -> AsyncIterator[Sighting]:
    """Approval required carries one absolute URL that contains the request id, the id itself, and how to wait.

    Where results are structured their fields are read, else the words; or the URL that the client is asked to open.
    """
    agent = await bench.agent()
    reply = await agent.call(await bench.target("require_approval"), {"note": "shape"})
    if reply.kind == "executed":
        raise NotReachedError("the call ran at once: no approval was asked for")
    if reply.kind == "approval_required" and reply.asked_by != bench.stand.rung:
        raise NotReachedError(f"approval is asked for by {reply.asked_by}, and not by {bench.stand.rung}")
    outcome = reply.outcome
    yield sighted(
        reply.kind == "approval_required",
        "the answer does not say in a way known here that approval is required",
        expected="an approval URL, in structured content or in words",
    )
    url = split_url(outcome.approval_url)
    yield sighted(
        url.scheme in ("http", "https") and bool(url.netloc),
        "the approval URL is not absolute",
        expected="https://<host>/approve/<request id>",
        evidence=outcome.approval_url or reply.text,
    )
    yield sighted(bool(outcome.request_id), "the answer names no request id", expected="the id to wait with")
    yield sighted(
        bool(outcome.request_id) and outcome.request_id in outcome.approval_url,
        "the URL does not contain the request id",
        expected="the id in the URL",
        evidence=outcome.approval_url,
    )
    if reply.asked_by == "result":
        yield sighted(
            "await_approval" in reply.text, "the answer does not say how to wait", expected="the name of the await tool"
        )
        yield sighted(not reply.is_error, "asking for approval is marked as an error", expected="isError not set")
    else:
        # the protocol's own way to ask carries no id beside the URL
        awaited = await agent.use("await_approval", {"request_id": outcome.request_id, "timeout_seconds": BRIEF})
        yield sighted(awaited.kind != "not_found", "the id in the URL is none to wait with", expected="the request's")
