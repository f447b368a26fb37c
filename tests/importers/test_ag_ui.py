"""AG-UI's events and messages, read as sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from judging import imported, read_all, read_one

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace, TurnEnd
from agentport_harness.importers.ag_ui import AG_UI
from agentport_harness.importers.openai_chat import OPENAI_CHAT

RUN = {"threadId": "t", "runId": "r"}
STARTED = {"type": "RUN_STARTED", **RUN}
FINISHED = {"type": "RUN_FINISHED", **RUN}


def one(*records: Any) -> Trace:
    (trace,) = imported(AG_UI, records)
    return trace


def user(text: str, name: str = "u") -> dict[str, Any]:
    return {"id": name, "role": "user", "content": text}


def assistant(text: str, name: str = "m", *calls: str) -> dict[str, Any]:
    made = [{"id": call, "type": "function", "function": {"name": "x", "arguments": "{}"}} for call in calls]
    return {"id": name, "role": "assistant", "content": text, "toolCalls": made}


def answer(call: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": f"t{call}", "role": "tool", "toolCallId": call, "content": text, **more}


def snapshot(*messages: Any) -> dict[str, Any]:
    return {"type": "MESSAGES_SNAPSHOT", "messages": list(messages)}


def said(text: str, name: str = "m", **more: Any) -> list[Any]:
    return [
        {"type": "TEXT_MESSAGE_START", "messageId": name, "role": "assistant", **more},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": name, "delta": text, **more},
        {"type": "TEXT_MESSAGE_END", "messageId": name, **more},
    ]


def called(call: str, *pieces: str) -> list[Any]:
    return [
        {"type": "TOOL_CALL_START", "toolCallId": call, "toolCallName": "x"},
        *({"type": "TOOL_CALL_ARGS", "toolCallId": call, "delta": piece} for piece in pieces),
        {"type": "TOOL_CALL_END", "toolCallId": call},
    ]


def result(call: str, text: Any) -> dict[str, Any]:
    return {"type": "TOOL_CALL_RESULT", "messageId": f"t{call}", "toolCallId": call, "content": text}


def told(trace: Trace) -> list[str]:
    """The events in short."""
    short = {HumanMessage: "human", AgentMessage: "agent", ToolCall: "call", ToolResult: "result", TurnEnd: "end"}
    return [
        f"{short[type(event)]} {getattr(event, 'text', getattr(event, 'call_id', ''))}".strip()  # type: ignore[index]
        for event in trace.events
    ]


def test_what_a_snapshot_tells_of_the_human_stands_where_the_run_began() -> None:
    first, second = [user("Hi", "u1"), assistant("Hello", "m1")], [user("Go", "u2"), assistant("Gone", "m2", "c")]
    trace = one(
        STARTED, *said("Hello", "m1"), snapshot(*first), FINISHED,
        STARTED, *said("Gone", "m2"), *called("c"), result("c", "ok"), snapshot(*first, *second, answer("c", "ok")),
        FINISHED,
    )  # fmt: skip
    assert told(trace) == [
        "human Hi", "agent Hello", "end", "human Go", "agent Gone", "call c", "result ok", "end",
    ]  # fmt: skip
    assert "history" not in trace.lacks
    assert trace.events[0].place.pointer == "/messages/0/content"


def test_a_snapshot_after_several_runs_tells_each_of_them() -> None:
    trace = one(
        STARTED, *called("c"), result("c", "ok"), FINISHED, STARTED, *said("Bye", "m2"), FINISHED,
        snapshot(user("Hi", "u1"), assistant("", "m1", "c"), answer("c", "ok"), user("Go", "u2"), assistant("Bye")),
    )  # fmt: skip
    assert [text for text in told(trace) if text.startswith("human")] == ["human Hi", "human Go"]


def test_a_run_whose_human_is_nowhere_recorded_lacks_history() -> None:
    trace = one(STARTED, *said("Hello"), FINISHED)
    assert told(trace) == ["human", "agent Hello", "end"]
    assert trace.lacks == {"history"}


def test_messages_that_are_repeated_under_another_id_are_taken_once() -> None:
    trace = one(STARTED, *said("Yes", "m1"), snapshot(user("Hi"), assistant("Yes", "other"), assistant("Yes", "new")))
    assert told(trace) == ["human Hi", "agent Yes", "agent Yes"]


def test_a_conversation_without_ids_is_taken_whole() -> None:
    bare = [{key: value for key, value in message.items() if key != "id"} for message in (
        user("Hi"), assistant("Hello", "m", "c"), answer("c", "ok"), user("Hi"), assistant("Again"),
    )]  # fmt: skip
    assert told(one({"messages": bare})) == [
        "human Hi",
        "agent Hello",
        "call c",
        "result ok",
        "human Hi",
        "agent Again",
    ]


def test_a_call_that_the_client_answers_does_not_end_the_turn() -> None:
    asked = {**RUN, "messages": [user("Hi"), assistant("", "m", "c"), answer("c", "done")]}
    trace = one(
        {**STARTED, "input": {**RUN, "messages": [user("Hi")]}}, *called("c", "{}"), FINISHED,
        {**STARTED, "input": asked}, *said("All done", "m2"), FINISHED,
    )  # fmt: skip
    assert told(trace) == ["human Hi", "call c", "result done", "agent All done", "end"]


def test_a_run_that_waits_for_something_outside_goes_on_with_the_next() -> None:
    waiting = {**FINISHED, "outcome": {"type": "interrupt", "interrupts": [{"id": "i", "reason": "approval"}]}}
    assert told(one(STARTED, *said("Wait"), waiting, STARTED, *said("Done", "m2"), FINISHED)) == [
        "human", "agent Wait", "agent Done", "end",
    ]  # fmt: skip


def test_a_run_that_was_cancelled_or_failed_is_over() -> None:
    cancelled = {**FINISHED, "outcome": {"type": "cancelled"}}
    trace = one(STARTED, *called("c"), cancelled, STARTED, *called("d"), {"type": "RUN_ERROR", "message": "boom"})
    assert told(trace) == ["human", "call c", "result", "end", "human", "call d", "end"]
    (result,) = (event for event in trace.events if isinstance(event, ToolResult))
    assert result.fault == "cancelled"


def test_pieces_of_calls_that_are_made_at_once_come_together() -> None:
    def piece(call: str, text: str) -> dict[str, Any]:
        return {"type": "TOOL_CALL_ARGS", "toolCallId": call, "delta": text}

    (c, c_end), (d, d_end) = called("c"), called("d")
    trace = one(
        STARTED, c, d, piece("c", '{"a"'), piece("d", '{"b"'), piece("c", ": 1}"), piece("d", ": 2}"), c_end, d_end
    )
    assert [event.arguments for event in trace.events if isinstance(event, ToolCall)] == [{"a": 1}, {"b": 2}]


def test_a_text_that_goes_on_after_a_call_began_keeps_its_order() -> None:
    text, more, end = (
        said("Before", "m")[:2],
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "after"},
        said("")[2],
    )
    assert told(one(STARTED, *text, *called("c"), more, end)) == ["human", "agent Before", "call c", "agent after"]


def test_chunks_without_ids_go_on_with_what_is_open() -> None:
    def chunk(kind: str, **more: Any) -> dict[str, Any]:
        return {"type": f"{kind}_CHUNK", **more}

    trace = one(
        STARTED,
        chunk("TEXT_MESSAGE", messageId="m", role="assistant", delta="Hel"), chunk("TEXT_MESSAGE", delta="lo"),
        chunk("TOOL_CALL", toolCallId="c", toolCallName="x", delta='{"a":'), chunk("TOOL_CALL", delta="1}"),
        chunk("TOOL_CALL", toolCallId="d", toolCallName="x"), chunk("TEXT_MESSAGE", messageId="n", delta="there"),
    )  # fmt: skip
    assert told(trace) == ["human", "agent Hello", "call c", "call d", "agent there"]
    assert [event.arguments for event in trace.events if isinstance(event, ToolCall)] == [{"a": 1}, {}]


def test_pieces_of_a_call_that_never_began_are_told() -> None:
    trace = one(STARTED, {"type": "TOOL_CALL_ARGS", "toolCallId": "c", "delta": "{}"}, {"type": "TOOL_CALL_END"})
    assert trace.warnings == (
        "1 record of unknown kind 'TOOL_CALL_ARGS of a call that is not under way' passed over, first in line 2",
    )


@pytest.mark.parametrize(
    ("content", "text", "failed"),
    [
        ("ok", "ok", None),
        ([{"type": "text", "text": "ok"}], "ok", None),
        (json.dumps({"content": [{"type": "text", "text": "ok"}], "isError": True}), "ok", True),
        (json.dumps({"content": "ok"}), '{"content": "ok"}', None),
    ],
)
def test_results_are_texts_parts_or_what_the_protocol_of_the_tool_wrote(
    content: Any, text: str, failed: bool | None
) -> None:
    trace = one(STARTED, *called("c"), result("c", content))
    (event,) = (event for event in trace.events if isinstance(event, ToolResult))
    assert (event.text, event.is_error) == (text, failed)
    assert ("error_flag" in trace.lacks) is (failed is None)


def test_a_tool_message_may_say_that_the_call_failed() -> None:
    trace = one(
        {"messages": [assistant("", "m", "c", "d"), answer("c", "half", error="boom"), answer("d", "", error="no")]}
    )
    results = [event for event in trace.events if isinstance(event, ToolResult)]
    assert [(event.text, event.is_error) for event in results] == [("half", True), ("no", True)]
    assert trace.lacks == {"order_in_step"}


def test_texts_of_users_systems_and_subagents_are_whose_they_are() -> None:
    trace = one(
        STARTED, *said("Hi", "u", role="user"), *said("Be kind", "s", role="system"),
        *said("Sub", "m", subagentRunId="a"),
        {"type": "SUBAGENT_STARTED"}, {"type": "THINKING_START"}, {"type": "ACTIVITY_SNAPSHOT", "content": {}},
        {"type": "NEWS"},
    )  # fmt: skip
    assert told(trace) == ["human", "human Hi", "agent Sub"]
    assert isinstance(trace.events[-1], AgentMessage)
    assert trace.events[-1].actor == "a"
    assert trace.warnings == ("1 record of unknown kind 'NEWS' passed over, first in line 14",)


def test_another_thread_and_another_conversation_are_other_sessions() -> None:
    other = {"type": "RUN_STARTED", "threadId": "o", "runId": "r"}
    assert [trace.session_id for trace in imported(AG_UI, [STARTED, *said("a"), other, *said("b"), STARTED])] == [
        "t", "o", "t",
    ]  # fmt: skip
    first, more = [user("Hi", "1"), assistant("", "2", "c")], [user("Ho", "8"), assistant("", "9", "c")]
    traces = imported(AG_UI, [{"messages": first}, {"messages": [*first, answer("c", "ok")]}, more])
    assert [told(trace) for trace in traces] == [["human Hi", "call c", "result ok"], ["human Ho", "call c"]]


def test_runs_that_began_before_the_last_one_had_ended_are_told() -> None:
    other = {"type": "RUN_STARTED", "threadId": "o", "runId": "r"}
    mixed = [STARTED, other, *said("a"), *said("b", "n"), FINISHED, {**FINISHED, "threadId": "o"}]
    warned = [len(trace.warnings) for trace in imported(AG_UI, mixed)]
    assert warned == [1, 1, 0, 0]
    (trace,) = imported(AG_UI, [STARTED, *said("a"), STARTED, *said("b", "n"), FINISHED])
    assert trace.warnings == ("a run had not ended when the next began in line 5: were two sessions written into one?",)


def test_tools_that_the_client_offers_are_known() -> None:
    offered = {**RUN, "messages": [], "tools": [{"name": "agentport__call_tool"}, {}]}
    assert one({**STARTED, "input": offered}).known_tools == {"agentport__call_tool"}


def test_conversations_in_camel_case_are_not_taken_for_chat_completions() -> None:
    messages = [user("Hi"), assistant("", "m", "c"), answer("c", "ok")]
    for record in (messages, {"messages": messages}, {**RUN, "messages": [user("Hi")]}):
        assert AG_UI.sniff([record])
        assert not OPENAI_CHAT.sniff([record])


def test_events_are_read_as_they_were_sent(tmp_path: Path) -> None:
    path = tmp_path / "run.sse"
    lines = [b": hello", b"event: message", b"id: 7", b"retry: 10"]
    lines += [b"data: " + json.dumps(record).encode() + b"\r" for record in (STARTED, *said("Hello"), FINISHED)]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([*lines, b"data", b"", b"data: [DONE]", b""]))
    trace = read_one(path)
    assert told(trace) == ["human", "agent Hello", "end"]
    assert trace.events[1].place.line == 7
    path.write_bytes(b"\n".join([*lines, b"garbage", b"data: {"]))
    (trace,), problems = read_all(path)
    assert [(problem.slug, problem.line) for problem in problems] == [("not-json", 10), ("cut-off", 11)]
