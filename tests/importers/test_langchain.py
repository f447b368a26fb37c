"""LangChain's messages, however they were written down, read as sessions."""

from __future__ import annotations

from typing import Any

import pytest
from judging import imported

from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.importers.langchain import LANGCHAIN


def human(text: str) -> dict[str, Any]:
    return {"type": "human", "content": text}


def ai(text: Any, *calls: str, **more: Any) -> dict[str, Any]:
    made = [{"id": call, "name": "x", "args": {"a": 1}, "type": "tool_call"} for call in calls]
    return {"type": "ai", "content": text, "tool_calls": made, **more}


def tool(call: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "tool", "tool_call_id": call, "content": text, **more}


SAID = [human("Hi"), ai("On it", "c"), tool("c", "ok", status="success"), ai("Done")]


def one(record: JSON) -> Trace:
    assert LANGCHAIN.sniff([record])
    (trace,) = imported(LANGCHAIN, [record])
    return trace


def texts(trace: Trace) -> list[str]:
    return [event.text for event in trace.events if isinstance(event, HumanMessage | AgentMessage | ToolResult)]


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        (SAID, "/0/content"),
        ([{"type": message["type"], "data": message} for message in SAID], "/0/data/content"),
        ({"messages": [{"lc": 1, "type": "constructor", "kwargs": one} for one in SAID]}, "/messages/0/kwargs/content"),
        ({"values": {"messages": SAID}, "next": []}, "/values/messages/0/content"),
        ({"channel_values": {"messages": SAID}}, "/channel_values/messages/0/content"),
        ({"inputs": {"messages": SAID[:1]}, "outputs": {"messages": SAID}}, "/outputs/messages/0/content"),
        ({"inputs": {"messages": [SAID]}}, "/inputs/messages/0/0/content"),
        ([{**message, "type": message["type"] + "MessageChunk"} for message in SAID[:2]] + SAID[2:], "/0/content"),
    ],
)
def test_the_same_messages_are_read_from_wherever_they_are_kept(record: JSON, pointer: str) -> None:
    trace = one(record)
    assert texts(trace) == ["Hi", "On it", "ok", "Done"]
    assert trace.events[0].place.pointer == pointer
    assert trace.lacks == {"order_in_step"}
    assert not trace.warnings


def test_parts_calls_that_failed_and_structured_results_are_read() -> None:
    invalid = {"id": "d", "name": "y", "args": "{", "error": "x", "type": "invalid_tool_call"}
    artifact = {"structured_content": {"outcome": "executed"}}
    trace = one([
        ai([{"type": "text", "text": "Parts"}, {"type": "tool_use", "id": "c"}], "c", invalid_tool_calls=[invalid]),
        tool("c", "ok", status="error", artifact=artifact), tool("d", "no"),
    ])  # fmt: skip
    calls = [event for event in trace.events if isinstance(event, ToolCall)]
    results = [event for event in trace.events if isinstance(event, ToolResult)]
    assert [(call.call_id, call.arguments) for call in calls] == [("c", {"a": 1}), ("d", "{")]
    assert [(result.is_error, result.structured) for result in results] == [
        (True, {"outcome": "executed"}), (None, None),
    ]  # fmt: skip
    assert texts(trace)[0] == "Parts"
    assert "error_flag" in trace.lacks


def test_what_is_no_message_is_passed_over_and_told() -> None:
    said = [{"type": "system", "content": "x"}, {"type": "remove", "content": ""}, {"type": "news", "content": "x"}]
    (trace,) = imported(LANGCHAIN, [[*said, human("Hi")]])
    assert texts(trace) == ["Hi"]
    assert trace.warnings == ("1 record of unknown kind 'news' passed over, first in line 1",)


@pytest.mark.parametrize("record", [[], {}, {"messages": []}, [{"type": "human"}], [{"role": "user", "content": "x"}]])
def test_other_messages_are_not_taken(record: JSON) -> None:
    assert not LANGCHAIN.sniff([record])
