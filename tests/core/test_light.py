"""Light dataclasses are what the plain ones are, and only made faster."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from agentport_harness.core.light import light
from agentport_harness.core.trace import Place, ToolResult


def test_an_instance_is_frozen_equal_to_its_like_and_can_be_pickled_and_replaced() -> None:
    result = ToolResult(call_id="1", text="x", place=Place(path="a", line=3))
    assert result == ToolResult(call_id="1", text="x", place=Place(path="a", line=3))
    assert hash(result.place) == hash(Place(path="a", line=3))
    assert pickle.loads(pickle.dumps(result)) == result
    assert replace(result, text="y") == ToolResult(call_id="1", text="y", place=result.place)
    assert (result.structured, result.fault, result.time) == (None, "", None)
    with pytest.raises(FrozenInstanceError):
        result.text = "z"  # type: ignore[misc]  # as intended
    with pytest.raises(TypeError):
        ToolResult("1", "x")  # type: ignore[misc]  # by keyword only


def test_a_default_that_is_made_anew_is_refused() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Listing:
        names: list[str] = field(default_factory=list)

    with pytest.raises(TypeError, match="Listing makes defaults anew: names"):
        light(Listing)
