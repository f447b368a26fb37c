"""Outcomes as MCP results: text for the model, structured content so that nobody has to parse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentport_gateway.domain.outcomes import Outcome, UpstreamResult
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
    therefore carries the text too, and names each block that text cannot carry.
    """
    result = outcome.result
    assert result is not None  # noqa: S101 - the one caller has just seen it
    return {
        "content": list(result.content),
        "structuredContent": result.structured if isinstance(result.structured, dict) else facts | _in_words(result),
        "isError": result.is_error,
        "_meta": {META_KEY: facts},
    }


def _in_words(result: UpstreamResult) -> dict[str, Any]:
    texts = [block.get("text", "") for block in result.content if block.get("type") == "text"]
    others = [_described(block) for block in result.content if block.get("type") != "text"]
    words: dict[str, Any] = {"text": "\n".join(texts)}
    if others:
        words["blocks"] = others
    if result.structured is not None:
        # Not every revision takes structured content that is no object.
        words["structured"] = result.structured
    return words


def _described(block: dict[str, Any]) -> dict[str, Any]:
    """The block without what would fill a model's context with base64."""
    resource = block.get("resource")
    if isinstance(resource, dict):
        return {**block, "resource": _described(resource)}
    binary = next((name for name in ("data", "blob") if isinstance(block.get(name), str)), None)
    if binary is None:
        return block
    kept = {name: value for name, value in block.items() if name != binary}
    return {**kept, "base64_characters": len(block[binary])}


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
