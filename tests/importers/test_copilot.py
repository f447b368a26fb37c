"""Copilot CLI's sessions, read as sessions."""

from __future__ import annotations

from typing import Any

from judging import FIXTURES, imported, read_one

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace, TurnEnd, UrlPrompt
from agentport_harness.importers.copilot import COPILOT

START: dict[str, Any] = {"type": "session.start", "data": {"sessionId": "s"}, "id": "e", "parentId": None}


def event(kind: str, agent: str = "", **data: Any) -> dict[str, Any]:
    of = {"agentId": agent} if agent else {}
    return {"type": kind, "data": data, "id": "e", "parentId": "e", "timestamp": "2026-11-23T03:22:24Z", **of}


def request(call: str, **more: Any) -> dict[str, Any]:
    return {
        "toolCallId": call,
        "name": "gw-x",
        "arguments": {"a": 1},
        "mcpServerName": "gw",
        "mcpToolName": "x",
        **more,
    }


def one(*records: Any) -> Trace:
    (trace,) = imported(COPILOT, [START, *records])
    return trace


def results(trace: Trace) -> list[ToolResult]:
    return [found for found in trace.events if isinstance(found, ToolResult)]


def test_an_answer_without_calls_ends_the_turn() -> None:
    trace = one(
        event("user.message", content="Go"),
        event("assistant.message", messageId="1", content="On it", toolRequests=[request("c")]),
        event("tool.execution_start", toolCallId="c", toolName="gw-x"),
        event("tool.execution_complete", toolCallId="c", success=True, result={"content": "ok"}),
        event("assistant.turn_end"), event("assistant.message", messageId="2", content="Done", toolRequests=[]),
        event("assistant.turn_end"), event("assistant.turn_end"),
    )  # fmt: skip
    kinds = [type(found) for found in trace.events]
    assert kinds == [HumanMessage, AgentMessage, ToolCall, ToolResult, AgentMessage, TurnEnd]
    (call,) = (found for found in trace.events if isinstance(found, ToolCall))
    assert (call.server, call.tool, call.arguments, call.time) == ("gw", "x", {"a": 1}, 1795404144.0)


def test_what_the_client_wrote_for_the_human_is_no_human_message() -> None:
    trace = one(
        event("user.message", content="Go", source="user"), event("user.message", content="x", source="skill-pdf"),
        event("user.message", content="x", isAutopilotContinuation=True), event("user.message", "a1", content="x"),
    )  # fmt: skip
    assert [found.text for found in trace.events if isinstance(found, HumanMessage)] == ["Go"]


def test_parts_of_one_answer_are_one_step() -> None:
    trace = one(
        event("assistant.message", apiCallId="a", messageId="1", content="One"),
        event("assistant.message", apiCallId="a", messageId="2", content="more"),
        event("assistant.message", messageId="3", content="Two"),
    )
    assert [found.step for found in trace.events if isinstance(found, AgentMessage)] == [1, 1, 2]


def test_a_sub_agent_neither_speaks_to_the_human_nor_ends_the_turn() -> None:
    trace = one(
        event("assistant.message", "a1", messageId="1", content="Sub", toolRequests=[]),
        event("assistant.turn_end", "a1"),
        event("assistant.message", messageId="2", content="Old", toolRequests=[], parentToolCallId="c"),
        event("abort", "a1", reason="user"),
    )  # fmt: skip
    assert [found.actor for found in trace.events if isinstance(found, AgentMessage)] == ["a1", "c"]
    assert not [found for found in trace.events if isinstance(found, TurnEnd)]


def test_commands_have_the_exit_code_that_the_log_or_the_output_names() -> None:
    shell = request("c", name="bash", mcpServerName="")
    log = {"result": {"content": "no"}, "shellExecution": {"exitCode": 2}}
    printed = {"result": {"contents": [{"type": "text", "text": "no"}, {"type": "shell_exit", "exitCode": 3}]}}
    trace = one(
        event("assistant.message", messageId="1", content="", toolRequests=[shell, request("d")]),
        event("tool.execution_complete", toolCallId="c", success=True, **log),
        event("tool.execution_complete", toolCallId="d", **printed),
    )
    assert [(found.text, found.exit_code, found.is_error) for found in results(trace)] == [
        ("no", 2, False), ("no", 3, None),
    ]  # fmt: skip
    assert [found.tool for found in trace.events if isinstance(found, ToolCall)] == ["bash", "x"]


def test_what_the_human_stopped_has_no_answer() -> None:
    trace = one(event("tool.execution_start", toolCallId="c", toolName="bash"), event("abort", reason="user initiated"))
    assert [found.fault for found in results(trace)] == ["cancelled"]


def test_a_url_that_the_client_shows_is_a_prompt() -> None:
    trace = one(
        event("elicitation.requested", message="Decide", mode="url", url="http://gw.example/approve/1"),
        event("elicitation.requested", message="Name?"),
    )
    (prompt,) = trace.events
    assert isinstance(prompt, UrlPrompt)
    assert (prompt.url, prompt.message, prompt.place.pointer) == ("http://gw.example/approve/1", "Decide", "/data/url")


def test_what_the_client_refused_never_reached_the_gateway() -> None:
    trace = read_one(FIXTURES / "copilot" / "calls-refused-by-client-1.0.102.jsonl")
    assert [found.fault for found in results(trace)] == ["", "client_refused"]
    assert results(trace)[1].text.startswith("Permission denied")
    assert not trace.warnings


def test_sessions_are_told_apart_and_unknown_events_are_told() -> None:
    other = {**START, "data": {"sessionId": "o"}}
    first, second = imported(COPILOT, [START, START, event("news.flash"), other, {"type": "result", "sessionId": "x"}])
    assert (first.session_id, second.session_id) == ("s", "o")
    assert first.warnings == ("1 record of unknown kind 'news.flash' passed over, first in line 3",)
    (printed,) = imported(COPILOT, [event("user.message", content="Go"), {"type": "result", "sessionId": "x"}])
    assert printed.session_id == "x"
