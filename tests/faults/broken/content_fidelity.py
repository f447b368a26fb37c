"""What `content_fidelity` has to see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.upstreams.remote_mcp import RemoteMcp
from tests.faults.fault import breaks


@breaks("GW205")
def all_is_text(patch: pytest.MonkeyPatch) -> None:
    """Whatever is no text is written out as one."""

    def told(result: dict[str, Any]) -> dict[str, Any]:
        blocks = [
            block if block["type"] == "text" else {"type": "text", "text": json.dumps(block)}
            for block in result["content"]
        ]
        return {**result, "content": blocks}

    _retold(patch, told)


@breaks("GW205")
def structure_is_lost(patch: pytest.MonkeyPatch) -> None:
    """Only the blocks are passed on."""
    _retold(patch, lambda result: {name: value for name, value in result.items() if name != "structuredContent"})


@breaks("GW205")
def failures_look_fine(patch: pytest.MonkeyPatch) -> None:
    """The upstream's flag is dropped."""
    _retold(patch, lambda result: {**result, "isError": False})


def _retold(patch: pytest.MonkeyPatch, told: Any) -> None:
    whole = RemoteMcp.call

    async def broken(upstream: Any, tool_name: str, arguments: Any) -> Any:
        result = await whole(upstream, tool_name, arguments)
        return UpstreamResult.from_json(told(result.to_json()))

    patch.setattr(RemoteMcp, "call", broken)
