"""gemini-cli's session files and streams, read as sessions."""

from __future__ import annotations

from typing import Any

import pytest
from judging import imported

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.importers.gemini import GEMINI
from agentport_harness.importers.gemini_stream import GEMINI_STREAM

HEAD = {"sessionId": "s", "projectHash": "p", "kind": "main"}


def one(*records: Any) -> Trace:
    (trace,) = imported(GEMINI, [HEAD, *records])
    return trace


def user(message_id: str, text: str) -> dict[str, Any]:
    return {"id": message_id, "type": "user", "content": [{"text": text}]}


def agent(message_id: str, text: str, *calls: Any) -> dict[str, Any]:
    return {"id": message_id, "type": "gemini", "content": text, "toolCalls": list(calls)}


def call(call_id: str, status: str = "executing", **response: Any) -> dict[str, Any]:
    answered = {"result": [{"functionResponse": {"response": response}}]} if response else {}
    return {"id": call_id, "name": "mcp_gw_agentport__await_approval", "args": {}, "status": status} | answered


def kinds(trace: Trace) -> list[str]:
    return [type(event).__name__ for event in trace.events]


def test_a_message_that_is_written_again_adds_only_what_is_new() -> None:
    trace = one(
        user("h", "Hello"), user("h", "Hello"),
        agent("m", "Part"), agent("m", "Part one", call("c1")),
        agent("m", "Part one", call("c1", "success", output="x")),
        agent("m", "Part one", call("c1", "success", output="x"), call("c2")),
    )  # fmt: skip
    assert kinds(trace) == ["HumanMessage", "AgentMessage", "AgentMessage", "ToolCall", "ToolResult", "ToolCall"]
    assert [event.text for event in trace.events if isinstance(event, AgentMessage)] == ["Part", " one"]
    assert {event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))} == {1}


def test_context_and_tool_results_are_no_human_messages() -> None:
    response = {"id": "r", "type": "user", "content": [{"functionResponse": {"response": {"output": "x"}}}]}
    listed = {"$set": {"messages": [user("c", "<session_context>\nhi"), user("h", "Hello")]}}
    trace = one(listed, response, {"$set": {"lastUpdated": "x"}}, {"$rewindTo": "h"}, {"id": "i", "type": "info"})
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == ["Hello"]
    assert trace.events[0].place.pointer == "/$set/messages/1/content"
    assert not trace.warnings


def test_the_older_single_document_is_read() -> None:
    (trace,) = imported(GEMINI, [{**HEAD, "messages": [user("h", "Hello"), agent("m", "Hi")]}])
    assert [event.place.pointer for event in trace.events] == ["/messages/0/content", "/messages/1/content"]


@pytest.mark.parametrize(
    ("recorded", "text", "fault"),
    [
        (call("c", "error", error="boom"), "boom", ""),
        (call("c", "cancelled", error="[Operation Cancelled] Reason: User did not allow tool call"),
         "[Operation Cancelled] Reason: User did not allow tool call", "client_refused"),
        (call("c", "cancelled", error="[Operation Cancelled]"), "[Operation Cancelled]", "cancelled"),
        (call("c", "error", error=(
            "MCP tool 'x' reported tool error for function call: {} with response: "
            '[{"functionResponse":{"response":{"error":{"content":[{"type":"text","text":"denied by the human"}]}}}}]'
        )), "denied by the human", ""),
        (call("c", "error", error="MCP tool 'x' reported tool error for function call: {} with response: nonsense"),
         "MCP tool 'x' reported tool error for function call: {} with response: nonsense", ""),
    ],
)  # fmt: skip
def test_failed_calls_hold_the_servers_own_words(recorded: Any, text: str, fault: str) -> None:
    result = one(agent("m", "", recorded)).events[1]
    assert isinstance(result, ToolResult)
    assert (result.text, result.fault, result.is_error) == (text, fault, True)


def test_a_sub_agents_session_shows_nothing_to_the_human_and_heads_divide_sessions() -> None:
    head = {**HEAD, "sessionId": "t", "kind": "subagent"}
    first, second = imported(GEMINI, [HEAD, user("h", "a"), head, user("h", "b"), agent("m", "c")])
    assert not first.lacks
    assert second.lacks == {"assistant_text", "human_turns"}
    assert kinds(second) == ["AgentMessage"]


def test_unknown_records_are_counted() -> None:
    trace = one({"type": "novelty"}, {"id": "x", "type": "hologram"})
    assert len(trace.warnings) == 2


def test_pieces_of_a_streamed_message_are_one_message() -> None:
    records = [
        {"type": "init", "session_id": "s"},
        {"type": "message", "role": "user", "content": "<session_context>x"},
        {"type": "message", "role": "user", "content": "Hello"},
        {"type": "message", "role": "assistant", "content": "Half ", "delta": True},
        {"type": "message", "role": "assistant", "content": "whole", "delta": True},
        {"type": "tool_use", "tool_id": "c", "tool_name": "t", "parameters": {}},
        {"type": "tool_result", "tool_id": "c", "status": "error", "output": "[Operation Cancelled] x"},
        {"type": "error"},
        {"type": "novelty"},
        {"type": "message", "role": "assistant", "content": "cut"},
        {"type": "init", "session_id": "t"},
    ]
    first, second = imported(GEMINI_STREAM, records)
    assert [event.text for event in first.events if isinstance(event, AgentMessage)] == ["Half whole", "cut"]
    assert kinds(first)[0] == "HumanMessage"
    assert [event.fault for event in first.events if isinstance(event, ToolResult)] == ["cancelled"]
    assert len(first.warnings) == 1
    assert second.session_id == "t"
