"""What the upstream said is what the agent hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from agentport_harness.bench.agent import Reply
from agentport_harness.bench.bench import Bench
from agentport_harness.bench.check import NotReachedError, Sighting, gateway_check, sighted
from agentport_harness.core.json_values import JSON, as_object, identity

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_BLOCKS: tuple[Mapping[str, JSON], ...] = (
    {"type": "text", "text": "Grüße, 世界 🎈\n\n  two spaces <b>&amp;</b>", "annotations": {"audience": ["user"]}},
    {"type": "image", "data": _PIXEL, "mimeType": "image/png"},
    {"type": "audio", "data": "UklGRg==", "mimeType": "audio/wav"},
    {"type": "resource", "resource": {"uri": "probe://1", "mimeType": "text/csv", "text": "a,b\n1,2\n"}},
    {"type": "resource_link", "uri": "probe://2", "name": "two"},
)
_STRUCTURED: Mapping[str, JSON] = {"outcome": "of the upstream", "rows": [1, 2.5, None, {"ok": True}], "text": ""}


@gateway_check(
    "GW205",
    level="SHOULD",
    needs=("mode", "probe"),
    why="An image that arrives as text, or an error that arrives as a success, misleads the model that reads it.",
    mend="Pass the upstream's content blocks, structuredContent and isError on as they came; add your own in _meta.",
)
async def content_fidelity(bench: Bench) -> AsyncIterator[Sighting]:
    """Upstream content reaches the agent unchanged: blocks keep their type, `structuredContent` and `isError` pass.

    Looked at on a call that policy allows and, where approvals can be decided, on one that was awaited.
    """
    result: dict[str, JSON] = {"content": list(_BLOCKS), "structuredContent": dict(_STRUCTURED)}
    failed: dict[str, JSON] = {"content": [{"type": "text", "text": "no such row"}], "isError": True}
    agent = await bench.agent()
    allowed = await bench.tool(mode="allow", result=result)
    for sighting in _seen("", await agent.call(allowed, {})):
        yield sighting
    allowed.probe.result = failed
    yield sighted((await agent.call(allowed, {})).is_error, "isError is lost", expected="isError true")
    if not bench.can("decide"):
        return
    gated = await bench.tool(result=result)
    for sighting in _seen(" of an awaited call", await agent.result(await bench.approved(agent, gated, {}))):
        yield sighting
    gated.probe.result = failed
    awaited = await agent.result(await bench.approved(agent, gated, {"again": True}))
    yield sighted(awaited.is_error, "isError of an awaited call is lost", expected="isError true")


def _seen(of: str, reply: Reply) -> list[Sighting]:
    if reply.error is not None or reply.kind in ("client_timeout", "still_pending"):
        raise NotReachedError(f"the call brought no result of the upstream: {reply.kind}")
    sightings: list[Sighting] = []
    kinds = [as_object(block).get("type") for block in reply.blocks]
    sightings.append(
        sighted(
            kinds == [block["type"] for block in _BLOCKS],
            f"the content blocks{of} do not keep their types",
            expected=", ".join(str(block["type"]) for block in _BLOCKS),
            evidence=", ".join(str(kind) for kind in kinds),
        )
    )
    for sent, got in zip(_BLOCKS, reply.blocks, strict=False):
        sightings.append(
            sighted(
                identity(sent) == identity(got),
                f"a block of type {sent['type']}{of} is changed",
                expected=identity(sent)[:300],
                evidence=identity(got)[:300],
            )
        )
    sightings.append(
        sighted(
            identity(reply.structured) == identity(_STRUCTURED),
            f"structuredContent{of} is changed",
            expected=identity(_STRUCTURED),
            evidence=identity(reply.structured)[:300],
        )
    )
    sightings.append(sighted(not reply.is_error, f"a success{of} is marked as an error", expected="isError not set"))
    return sightings
