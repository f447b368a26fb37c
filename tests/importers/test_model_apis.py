"""Logged calls of model APIs (OpenAI Chat and Responses, Anthropic Messages), read as sessions."""

from __future__ import annotations

from typing import Any

import pytest
from judging import imported

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.importers.anthropic_messages import ANTHROPIC_MESSAGES
from agentport_harness.importers.openai_chat import OPENAI_CHAT
from agentport_harness.importers.openai_responses import OPENAI_RESPONSES
from agentport_harness.surfaces.reading import read_session


def chat(*messages: Any) -> Trace:
    (trace,) = imported(OPENAI_CHAT, [list(messages)])
    return trace


def responses(*items: Any) -> Trace:
    (trace,) = imported(OPENAI_RESPONSES, [list(items)])
    return trace


def anthropic(*messages: Any) -> Trace:
    (trace,) = imported(ANTHROPIC_MESSAGES, [list(messages)])
    return trace


def kinds(trace: Trace) -> list[str]:
    return [type(event).__name__ for event in trace.events]


def humans(trace: Trace) -> list[str]:
    return [event.text for event in trace.events if isinstance(event, HumanMessage)]


HELLO, HI, BYE = (
    {"role": role, "content": text} for role, text in (("user", "Hello"), ("assistant", "Hi"), ("user", "Bye"))
)


def test_calls_that_repeat_a_growing_history_are_one_session_and_others_are_others() -> None:
    lines = [
        {"messages": [HELLO], "response": {"choices": [{"message": HI}]}},
        {"messages": [HELLO, HI, BYE]},
        {"messages": [HELLO, HI, BYE]},
        {"messages": [BYE], "conversation_id": "other", "tools": [{"type": "function", "function": {"name": "t"}}]},
        {"messages": []},
        {"messages": [BYE], "conversation_id": "third"},
    ]
    traces = imported(OPENAI_CHAT, lines)
    assert [(trace.session_id, len(trace.events)) for trace in traces] == [
        ("line 1", 3), ("other", 1), ("third", 1),
    ]  # fmt: skip
    assert [event.place.line for event in traces[0].events] == [1, 1, 2]
    assert traces[1].known_tools == {"t"}


def test_chat_messages_of_every_role_are_read() -> None:
    trace = chat(
        {"role": "developer", "content": "rules"},
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url"}]},
        {"role": "assistant", "content": None, "refusal": "No.", "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}}]},
        {"role": "narrator", "content": "Meanwhile"},
    )
    assert kinds(trace) == ["HumanMessage", "AgentMessage", "ToolCall", "ToolResult", "ToolCall"]
    assert trace.events[4].arguments == "x"  # type: ignore[union-attr]
    assert trace.lacks == {"order_in_step", "error_flag"}
    assert len(trace.warnings) == 1


def test_arguments_that_are_no_json_are_kept_as_a_text() -> None:
    def given(arguments: str) -> Any:
        made = {"id": "c", "function": {"name": "t", "arguments": arguments}}
        return chat({"role": "assistant", "tool_calls": [made]}).events[0].arguments  # type: ignore[union-attr]

    assert given('{"half": ') == '{"half": '
    assert given("") == {}
    assert given('{"a": 1}') == {"a": 1}


def test_anthropic_results_are_no_human_messages_and_text_beside_them_is() -> None:
    trace = anthropic(
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "…"}, {"type": "text", "text": "a"},
            {"type": "tool_use", "id": "c", "name": "t", "input": {}}, {"type": "hologram"},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "c", "content": "no", "is_error": True},
            {"type": "text", "text": "and?"},
        ]},
        {"role": "narrator", "content": []},
    )  # fmt: skip
    assert humans(trace) == ["Hello", "and?"]
    assert [event.is_error for event in trace.events if isinstance(event, ToolResult)] == [True]
    assert len(trace.warnings) == 2


def test_anthropics_own_mcp_calls_hold_their_server_and_end_a_step() -> None:
    trace = anthropic(
        {"role": "assistant", "content": [
            {"type": "mcp_tool_use", "id": "a", "name": "agentport__describe_tool", "server_name": "gw", "input": {}},
            {"type": "mcp_tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "x"}]},
            {"type": "text", "text": "done"},
        ]},
        {"role": "assistant", "content": "bye"},
    )  # fmt: skip
    call = trace.events[0]
    assert isinstance(call, ToolCall)
    assert call.server == "gw"
    assert [event.step for event in trace.events if isinstance(event, (ToolCall, AgentMessage))] == [1, 2, 3]
    assert trace.events[3].place.pointer == "/1/content"


def mcp_call(**more: Any) -> dict[str, Any]:
    return {
        "type": "mcp_call",
        "id": "m",
        "server_label": "gw",
        "name": "agentport__await_approval",
        "arguments": "{}",
    } | more


@pytest.mark.parametrize(
    ("item", "text", "is_error"),
    [
        (mcp_call(output="ok"), "ok", False),
        (mcp_call(error="boom", status="failed"), "boom", True),
        (mcp_call(error={"type": "http_error", "message": "gone"}), "gone", True),
        (mcp_call(error={"content": [{"type": "text", "text": "denied"}]}), "denied", True),
    ],
)
def test_mcp_calls_of_the_provider_hold_their_result(item: Any, text: str, is_error: bool) -> None:
    call, result = responses(item).events
    assert isinstance(call, ToolCall)
    assert isinstance(result, ToolResult)
    assert (call.server, result.text, result.is_error) == ("gw", text, is_error)


def test_an_mcp_call_that_has_not_ended_has_no_result() -> None:
    assert kinds(responses(mcp_call(status="in_progress"))) == ["ToolCall"]


def test_approvals_of_the_provider_are_the_clients_own() -> None:
    asked = {"type": "mcp_approval_request", "id": "r", "server_label": "gw", "name": "t", "arguments": "{}"}
    refused = responses(asked, {"type": "mcp_approval_response", "approval_request_id": "r", "approve": False})
    (action,) = read_session(refused).actions
    assert action.outcome.kind == "client_refused"
    allowed = responses(
        asked,
        {"type": "mcp_approval_response", "approval_request_id": "r", "approve": True},
        mcp_call(output="ok", approval_request_id="r"),
    )
    assert kinds(allowed) == ["ToolCall", "ToolResult"]
    assert kinds(responses(mcp_call(output="ok", approval_request_id="lost"))) == ["ToolCall", "ToolResult"]


def test_items_of_every_kind_are_read() -> None:
    trace = responses(
        {"role": "user", "content": "Hello"},
        {"type": "message", "role": "developer", "content": "rules"},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"type": "shell_call", "call_id": "c", "action": {"commands": ["ap tools list"]}},
        {"type": "shell_call_output", "call_id": "c", "output": [
            {"stdout": "out", "stderr": "err", "outcome": {"type": "exit", "exit_code": 2}},
        ]},
        {"type": "web_search_call", "id": "w", "action": {"query": "x"}},
        {"type": "reasoning", "id": "r"},
        {"type": "hologram"},
    )  # fmt: skip
    assert kinds(trace) == ["HumanMessage", "AgentMessage", "ToolCall", "ToolResult", "ToolCall", "ToolResult"]
    result = trace.events[3]
    assert isinstance(result, ToolResult)
    assert (result.text, result.exit_code) == ("out\nerr", 2)
    assert len(trace.warnings) == 1


def test_responses_that_name_the_one_before_are_one_session() -> None:
    def logged(number: int, before: int | None, text: str) -> dict[str, Any]:
        answer = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
        named = {"id": f"r{number}", "object": "response", "previous_response_id": before and f"r{before}"}
        return {"input": f"ask {number}", "output": [answer]} | named

    traces = imported(OPENAI_RESPONSES, [logged(1, None, "a"), logged(2, 1, "a"), logged(3, None, "b")])
    assert [humans(trace) for trace in traces] == [["ask 1", "ask 2"], ["ask 3"]]
    assert [event.place.pointer for event in traces[0].events][:2] == ["/input", "/output/0/content/0/text"]


def test_a_plain_conversation_is_taken_by_one_importer_only() -> None:
    record = {"messages": [HELLO, HI]}
    assert OPENAI_CHAT.sniff([record])
    assert not ANTHROPIC_MESSAGES.sniff([record])
    assert not ANTHROPIC_MESSAGES.sniff([{**record, "sessionId": "s", "system": "x"}])
    assert ANTHROPIC_MESSAGES.sniff([{**record, "system": "x"}])
    assert not OPENAI_CHAT.sniff([{**record, "system": "x"}])
