"""opencode's exports and event streams, read as sessions."""

from __future__ import annotations

from typing import Any

from judging import imported

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.importers.opencode import OPENCODE
from agentport_harness.importers.opencode_events import OPENCODE_EVENTS


def tool(call_id: str, status: str, **state: Any) -> dict[str, Any]:
    return {"type": "tool", "tool": "bash", "callID": call_id, "state": {"status": status, "input": {}, **state}}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def exported(*messages: Any, **info: Any) -> Trace:
    listed = [{"info": {"role": role, **about}, "parts": parts} for role, parts, about in messages]
    (trace,) = imported(OPENCODE, [{"info": {"id": "s", **info}, "messages": listed}])
    return trace


def kinds(trace: Trace) -> list[str]:
    return [type(event).__name__ for event in trace.events]


def test_results_come_after_all_calls_of_their_step() -> None:
    parts = [
        {"type": "step-start"}, text("go"),
        tool("a", "completed", output="1", metadata={"exit": 2}), tool("b", "running"),
        {"type": "step-start"}, tool("c", "error", error="Tool execution aborted"),
    ]  # fmt: skip
    trace = exported(("assistant", parts, {}))
    assert kinds(trace) == ["AgentMessage", "ToolCall", "ToolCall", "ToolResult", "ToolCall", "ToolResult"]
    results = [event for event in trace.events if isinstance(event, ToolResult)]
    assert [(result.exit_code, result.is_error, result.fault) for result in results] == [
        (2, False, ""), (None, True, "cancelled"),
    ]  # fmt: skip
    assert [event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))] == [1, 1, 1, 2]


def test_what_the_client_adds_is_nobodys_message() -> None:
    trace = exported(
        ("user", [text("Hello"), text("file contents", synthetic=True), {"type": "file"}], {}),
        ("user", [text("old", ignored=True)], {}),
        ("assistant", [text("shadow", synthetic=True), {"type": "hologram"}], {"finish": "stop"}),
        ("system", [], {}),
    )
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == ["Hello"]
    assert kinds(trace) == ["HumanMessage", "TurnEnd"]
    assert len(trace.warnings) == 1


def test_a_child_session_shows_nothing_to_the_human() -> None:
    trace = exported(("user", [text("do that")], {}), ("assistant", [text("done")], {}), parentID="p")
    assert trace.lacks == {"assistant_text", "human_turns"}
    assert kinds(trace) == ["AgentMessage"]


def test_event_streams_are_divided_by_session_and_end_their_open_step() -> None:
    def event(kind: str, part: Any, session: str = "s") -> dict[str, Any]:
        return {"type": kind, "sessionID": session, "part": part}

    records = [
        event("step_start", {"type": "step-start"}),
        event("tool_use", tool("a", "completed", output="1")),
        {"type": "error", "sessionID": "s", "error": {}},
        {"type": "novelty"},
        event("text", text("x"), "t"),
    ]
    first, second = imported(OPENCODE_EVENTS, records)
    assert kinds(first) == ["HumanMessage", "ToolCall", "ToolResult"]
    assert len(first.warnings) == 1
    assert (second.session_id, kinds(second)) == ("t", ["HumanMessage", "AgentMessage"])
