"""Outcomes as MCP results: text for the model, structured content so that nobody has to parse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentport_gateway.domain.outcomes import Outcome
    from agentport_gateway.gateway import Gateway

META_KEY = "agentport/outcome"


def result_of(gateway: Gateway, outcome: Outcome) -> dict[str, Any]:
    """The wire form of an outcome. What an upstream answered is passed on as it is."""
    facts = _facts(gateway, outcome)
    if outcome.result is not None:
        return _executed(outcome, facts)
    return {
        "content": [{"type": "text", "text": outcome.message}],
        "structuredContent": {**facts, "message": outcome.message},
        "isError": outcome.is_error,
        "_meta": {META_KEY: facts},
    }


def _executed(outcome: Outcome, facts: dict[str, Any]) -> dict[str, Any]:
    """The upstream's blocks, flag and structured content; what the gateway adds is in `_meta`.

    Clients that prefer structured content show that alone. Where the upstream has none, the gateway's own
    therefore carries the text too, and where text cannot (an image) there is none, so that nothing is hidden.
    """
    result = outcome.result
    assert result is not None  # noqa: S101 - the one caller has just seen it
    answer: dict[str, Any] = {
        "content": list(result.content),
        "isError": result.is_error,
        "_meta": {META_KEY: facts},
    }
    if result.structured is not None:
        answer["structuredContent"] = result.structured
    elif all(block.get("type") == "text" for block in result.content):
        text = "\n".join(block.get("text", "") for block in result.content)
        answer["structuredContent"] = {**facts, "text": text}
    return answer


def _facts(gateway: Gateway, outcome: Outcome) -> dict[str, Any]:
    facts: dict[str, Any] = {"outcome": outcome.name}
    names = ("integration_id", "tool_name", "request_id")
    facts |= {name: value for name in names if (value := getattr(outcome, name)) is not None}
    request = outcome.request
    if request is not None and outcome.name in ("approval_required", "still_pending"):
        facts["approval_url"] = gateway.approval_url(request.id)
        facts["expires_at"] = request.expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts["poll_budget_seconds"] = gateway.settings.poll_budget_seconds
    if outcome.replayed:
        facts["replayed"] = True
    facts.update(outcome.details)
    return facts
