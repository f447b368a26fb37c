"""What the gateway said of its tools: which there are, which there are not, and what they take."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.schemas import (
    described_parameters,
    documents,
    listings,
    named_anywhere,
    offered,
    schema_was_read,
)
from agentport_harness.core.session import Session
from agentport_harness.core.trace import ToolCall
from tests.core.recorded import asked, recorded

SCHEMA: JSON = {"type": "object", "properties": {"amount": {"type": "integer"}}}
TOOL: JSON = {"name": "create_refund", "inputSchema": SCHEMA}
LATER = 9


def listed(answer: JSON = None, **rest: Any) -> Session:
    return recorded(asked("list_integration_tools", answer, integration_id="stripe", **rest))


def described(answer: JSON = None, tool: str = "create_refund", **rest: Any) -> Session:
    return recorded(asked("describe_tool", answer, integration_id="stripe", tool_name=tool, **rest))


@pytest.mark.parametrize(
    "session",
    [
        described({"tool": TOOL}),
        described(TOOL),
        described({"tool_name": "create_refund", "integration_id": "stripe", "parameters": SCHEMA}),
        listed({"tools": [{"name": "other"}, TOOL]}),
        listed([TOOL]),
        listed(text='Tools [two]\n{broken\nare: {"tools": [{"name": "create_refund", "schema": {"properties": '
               '{"amount": {}}}}]} and more'),
    ],
)  # fmt: skip
def test_a_schema_is_read_in_whatever_form_it_is_shown(session: Session) -> None:
    assert list(described_parameters(session, "stripe", "create_refund", before=LATER)) == ["amount"]
    assert schema_was_read(session, "stripe", "create_refund", before=LATER)
    assert offered(session, "stripe", "create_refund", before=LATER) == "yes"
    assert named_anywhere(session, "create_refund", before=LATER)
    for unknown in (("gmail", "create_refund"), ("stripe", "delete")):
        assert described_parameters(session, *unknown, before=LATER) == {}
    assert not schema_was_read(session, "stripe", "create_refund", before=1)


@pytest.mark.parametrize(
    ("session", "tool", "expected"),
    [
        (listed({"tools": [TOOL]}), "delete_refund", "no"),
        (listed({"tools": []}), "create_refund", "no"),
        (listed({"tools": [TOOL]}, query="refund"), "delete_refund", "unknown"),
        (listed(text="create_refund - gives money back"), "create_refund", "yes"),
        (listed(text="create_refund - gives money back"), "delete_refund", "unknown"),
        (listed(text="500", is_error=True), "create_refund", "unknown"),
        (described(text="Unknown tool 'refund'", is_error=True, tool="refund"), "refund", "no"),
        (described(text="It gives money back."), "create_refund", "yes"),
        (described(text="502", is_error=True), "create_refund", "unknown"),
        (recorded(), "create_refund", "unknown"),
    ],
)
def test_a_tool_is_offered_or_not_as_far_as_a_listing_tells(session: Session, tool: str, expected: str) -> None:
    assert offered(session, "stripe", tool, before=LATER) == expected
    assert offered(session, "stripe", tool, before=1) == "unknown"


def test_a_description_in_prose_counts_as_read_though_nothing_can_be_held_against_it() -> None:
    session = described(text="It takes an amount {in cents}.")
    assert schema_was_read(session, "stripe", "create_refund", before=LATER)
    assert described_parameters(session, "stripe", "create_refund", before=LATER) == {}
    assert not named_anywhere(session, "create_refund", before=LATER)


def test_the_last_schema_before_a_call_counts() -> None:
    newer: JSON = {"name": "create_refund", "inputSchema": {"properties": {"sum": {}}}}
    session = recorded(
        *(asked("describe_tool", tool, integration_id="stripe", tool_name="create_refund") for tool in (TOOL, newer))
    )
    assert list(described_parameters(session, "stripe", "create_refund", before=3)) == ["amount"]
    assert list(described_parameters(session, "stripe", "create_refund", before=4)) == ["sum"]


def test_a_look_that_was_not_answered_tells_nothing() -> None:
    session = recorded(ToolCall(call_id="1", tool="agentport__describe_tool", arguments={}, step=1))
    assert listings(session) == ()
    assert list(documents(session.actions[0])) == []
