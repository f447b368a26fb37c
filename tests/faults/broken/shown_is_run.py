"""What `shown_is_run` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.domain import exact_json
from tests.faults.fault import breaks


@breaks("GW412")
def last_key_wins(patch: pytest.MonkeyPatch) -> None:
    """Of a key that stands twice the last value counts."""
    patch.setattr(exact_json, "_unique", dict)


@breaks("GW412")
def fractions_are_rounded(patch: pytest.MonkeyPatch) -> None:
    """A fraction becomes the nearest double."""
    patch.setattr(exact_json, "_decimal", float)


@breaks("GW412")
def not_a_number_becomes_null(patch: pytest.MonkeyPatch) -> None:
    """NaN and Infinity become null before the human sees them."""
    from agentport_gateway.operations import calling
    from agentport_gateway.surfaces.mcp.tools import call_tool as tool

    whole = calling.call_tool

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()}
        return None if isinstance(value, float) and value - value != 0 else value

    async def broken(gateway: Any, call: Any) -> Any:
        from dataclasses import replace

        return await whole(gateway, replace(call, arguments=plain(call.arguments)))

    patch.setattr(exact_json, "_constant", lambda _name: None)
    patch.setattr(tool, "call", broken)
