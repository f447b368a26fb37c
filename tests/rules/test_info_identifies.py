"""The rule on opaque ids, where a labelled session would be too deep to read."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import ToolCall, Trace
from tests.rules.catalogue import verdicts


@pytest.mark.parametrize(
    ("info", "status"),
    [
        ("The customer was charged twice for a late parcel.", "warn"),
        ("The customer was charged twice for order 1182.", "pass"),
    ],
)
def test_a_number_identifies_also_where_the_arguments_are_nested_deeper_than_can_be_searched(
    info: str, status: str
) -> None:
    deep: JSON = "x"
    for _ in range(50_000):
        deep = [deep]
    call = ToolCall(
        call_id="1",
        tool="agentport__call_tool",
        step=1,
        arguments={
            "integration_id": "stripe",
            "tool_name": "create_refund",
            "arguments": {"customer": "cus_9aK2", "deep": deep},
            "additional_info": info,
        },
    )
    assert verdicts(Trace(events=(call,)))["AP204"].status == status
