"""Evaluation logs, trajectories and spans (Inspect AI, ATIF, OpenTelemetry) and our own format, read as sessions."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard
from judging import FIXTURES, broken, imported, read_all, read_one

from agentport_harness.core.importer import Problem
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.importers.agentport_trace import AGENTPORT_TRACE
from agentport_harness.importers.atif import ATIF
from agentport_harness.importers.inspect_log import INSPECT
from agentport_harness.importers.otel_genai import OTEL_GENAI
from agentport_harness.surfaces.reading import read_session


def kinds(trace: Trace) -> list[str]:
    return [type(event).__name__ for event in trace.events]


def sample(*messages: Any, **more: Any) -> Trace:
    (trace,) = imported(
        INSPECT, [{"id": "a", "epoch": 2, "input": "", "target": "", "messages": list(messages)} | more]
    )
    return trace


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, 93])
def test_an_archive_of_samples_is_read_however_it_is_compressed(tmp_path: Path, method: int) -> None:
    log = json.loads((FIXTURES / "inspect" / "placeholder-url-0.3.285.json").read_text())
    data = json.dumps(log["samples"][0], indent=1).encode()
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if method == 93 else method) as archive:
        archive.writestr("header.json", "{}")
        archive.writestr("samples/file-typo_epoch_1.json", zstandard.compress(data) if method == 93 else data)
        if method == 93:  # as Inspect writes them; zipfile cannot
            archive.infolist()[1].compress_type = 93
            archive.infolist()[1].file_size = len(data)
    trace = read_one(path)
    assert broken(trace) == {"AP102"}
    assert trace.source == f"{path}#samples/file-typo_epoch_1.json"


def test_a_damaged_archive_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("samples/1.json", b"nonsense")
        archive.infolist()[0].compress_type = 93
    assert [problem.slug for problem in read_all(path)[1]] == ["unreadable"]


def test_failed_calls_of_an_evaluation_say_why() -> None:
    def failed(kind: str) -> ToolResult:
        message = {"role": "tool", "tool_call_id": "c", "content": "", "error": {"type": kind, "message": "why"}}
        result = sample(message).events[0]
        assert isinstance(result, ToolResult)
        return result

    assert (failed("approval").fault, failed("timeout").fault, failed("parsing").fault) == (
        "client_refused", "client_timeout", "",
    )  # fmt: skip
    assert (failed("parsing").text, failed("parsing").is_error) == ("why", True)


def test_attachments_and_the_providers_own_calls_are_read() -> None:
    block = {"type": "tool_use", "tool_type": "mcp_call", "id": "p", "name": "t", "context": "gw", "arguments": "{}"}
    trace = sample(
        {"role": "system", "content": "rules"},
        {"role": "user", "content": "attachment://abc"},
        {"role": "assistant", "content": [{"type": "text", "text": "a"}, {**block, "result": "r"}]},
        {"role": "assistant", "content": [{**block, "result": "", "error": "boom"}]},
        {"role": "user", "content": "attachment://lost"},
        {"role": "narrator"},
        attachments={"abc": "Hello"},
    )
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == ["Hello", "attachment://lost"]
    results = [(event.text, event.is_error) for event in trace.events if isinstance(event, ToolResult)]
    assert results == [("r", False), ("boom", True)]
    assert [warning.partition(",")[0] for warning in trace.warnings] == [
        "1 record of unknown kind 'narrator' passed over", "1 call with the id of an earlier one",
    ]  # fmt: skip
    assert trace.session_id == "a/2"


def trajectory(*steps: Any, **more: Any) -> list[Trace]:
    return imported(ATIF, [{"schema_version": "ATIF-v1.8", "agent": {}, "steps": list(steps)} | more])


def test_copied_steps_are_left_out_and_results_find_their_call() -> None:
    call = {"tool_call_id": "c", "function_name": "bash", "arguments": {}}
    (trace,) = trajectory(
        {"step_id": 1, "source": "user", "message": "before", "is_copied_context": True},
        {"step_id": 2, "source": "system", "message": "rules"},
        {"step_id": 3, "source": "user", "message": [{"type": "text", "text": "Hello"}]},
        {"step_id": 4, "source": "agent", "message": "a", "tool_calls": [call], "observation": {"results": [
            {"content": "out", "extra": {"is_error": True, "exit_code": 2}}, {"content": "stray"},
        ]}},
        {"step_id": 5, "source": "narrator"},
        agent={"tool_definitions": [{"function": {"name": "bash"}}, {}]},
    )  # fmt: skip
    assert kinds(trace) == ["HumanMessage", "AgentMessage", "ToolCall", "ToolResult"]
    result = trace.events[3]
    assert isinstance(result, ToolResult)
    assert (result.call_id, result.is_error, result.exit_code) == ("c", True, 2)
    assert trace.lacks == {"order_in_step", "history"}
    assert trace.known_tools == {"bash"}
    assert len(trace.warnings) == 1


def test_embedded_trajectories_of_sub_agents_are_sessions_that_show_nothing_to_the_human() -> None:
    steps = [{"step_id": 1, "source": "user", "message": "do"}, {"step_id": 2, "source": "agent", "message": "done"}]
    main, inner = trajectory(*steps, subagent_trajectories=[{"trajectory_id": "inner", "steps": steps}])
    assert kinds(main) == ["HumanMessage", "AgentMessage"]
    assert (inner.session_id, kinds(inner)) == ("inner", ["AgentMessage"])
    assert inner.lacks >= {"assistant_text", "human_turns"}
    assert inner.events[0].place.pointer == "/subagent_trajectories/0/steps/1/message"


def attribute(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value if isinstance(value, dict) else {"stringValue": value}}


def span(start: int, operation: str, code: Any = 0, **attributes: Any) -> dict[str, Any]:
    listed = [attribute("gen_ai.operation.name", operation)] if operation else []
    listed += [attribute(f"gen_ai.{key.replace('__', '.')}", value) for key, value in attributes.items()]
    times = {"startTimeUnixNano": str(start), "endTimeUnixNano": start + 1}
    return {"traceId": "t", "spanId": f"s{start}", "attributes": listed, "status": {"code": code}} | times


def spans(*listed: Any) -> Trace:
    (trace,) = imported(OTEL_GENAI, [{"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]} for one in listed])
    return trace


def messages(role: str, *parts: Any) -> str:
    return json.dumps([{"role": role, "parts": list(parts)}])


def test_spans_without_content_declare_what_they_lack() -> None:
    trace = spans(span(1, "chat"), span(3, "execute_tool", tool__name="agentport__call_tool"), span(5, ""))
    assert kinds(trace) == ["ToolCall"]
    assert trace.lacks == {"order_in_step", "assistant_text", "human_turns", "arguments", "results"}


def test_spans_without_a_model_are_no_session() -> None:
    assert imported(OTEL_GENAI, [{"resourceSpans": [{"scopeSpans": [{"spans": [span(1, "")]}]}]}]) == []


def test_a_tools_failure_is_its_spans_status() -> None:
    named = {"tool__name": "agentport__await_approval", "tool__call__id": "c", "tool__call__arguments": "{}"}
    trace = spans(span(1, "execute_tool", "STATUS_CODE_ERROR", **named), span(3, "execute_tool", 1, **named))
    (result,) = (event for event in trace.events if isinstance(event, ToolResult))
    assert (result.text, result.is_error) == ("", True)


def test_an_agents_span_stands_in_where_there_are_no_model_calls() -> None:
    said = {"type": "text", "content": "Hi"}
    asked = messages("user", {"type": "text", "content": "Hello"}, {"type": "blob"}, {"type": "hologram"})
    trace = spans(span(1, "invoke_agent", input__messages=asked, output__messages=messages("assistant", said)))
    assert kinds(trace) == ["HumanMessage", "AgentMessage"]
    assert len(trace.warnings) == 1


def test_attributes_of_every_kind_and_messages_on_events_are_read() -> None:
    def listed(*values: Any) -> dict[str, Any]:
        return {"arrayValue": {"values": list(values)}}

    part = {
        "kvlistValue": {
            "values": [attribute("type", "text"), attribute("content", "Hi"), attribute("n", {"intValue": "7"})]
        }
    }
    message = {"kvlistValue": {"values": [attribute("role", "assistant"), attribute("parts", listed(part))]}}
    defined = json.dumps([{"type": "function", "name": "agentport__call_tool"}, {}])
    chat = span(1, "chat", output__messages=listed(message), tool__definitions=defined)
    asked = attribute("gen_ai.input.messages", messages("user", {"type": "text", "content": "Hello"}))
    trace = spans({**chat, "events": [{"attributes": [asked]}]})
    assert kinds(trace) == ["HumanMessage", "AgentMessage"]
    assert trace.events[0].place.pointer.endswith("/spans/0/events/0/attributes/0/value/stringValue")
    assert trace.known_tools == {"agentport__call_tool"}
    deep: Any = {"stringValue": "x"}
    for _ in range(150):
        deep = listed(deep)
    assert kinds(spans(span(1, "chat", input__messages=deep))) == []


@pytest.mark.parametrize(
    ("response", "text", "structured", "is_error"),
    [
        ("plain", "plain", None, None),
        ({"a": 1}, '{"a": 1}', {"a": 1}, None),
        ([{"type": "text", "text": "x"}], "x", None, None),
        ({"content": [{"type": "text", "text": "x"}], "isError": True}, "x", None, True),
        (None, "", None, None),
    ],
)
def test_responses_of_every_shape_are_read(response: Any, text: str, structured: Any, is_error: Any) -> None:
    call = {"type": "tool_call", "id": "c", "name": "t", "arguments": {}}
    answered = {"type": "tool_call_response", "id": "c", "response": response}
    trace = spans(
        span(1, "chat", output__messages=messages("assistant", call)),
        span(3, "chat", input__messages=messages("tool", answered)),
    )
    result = trace.events[1]
    assert isinstance(result, ToolResult)
    assert (result.text, result.structured, result.is_error) == (text, structured, is_error)


def test_spans_of_one_conversation_are_one_session_and_calls_are_taken_once() -> None:
    first = span(1, "chat", conversation__id="k", input__messages=messages("user", {"type": "text", "content": "a"}))
    call = {"type": "tool_call", "id": "c", "name": "t", "arguments": {}}
    second = {**span(5, "chat", conversation__id="k", output__messages=messages("assistant", call)), "traceId": "u"}
    third = {**span(9, "chat", input__messages=messages("assistant", call, call)), "traceId": "u"}
    trace = spans(first, second, third)
    assert trace.session_id == "k"
    assert kinds(trace) == ["HumanMessage", "ToolCall"]
    assert isinstance(trace.events[1], ToolCall)


def test_our_own_documents_are_read_and_mistakes_in_them_named() -> None:
    document = {"format": "agentport-trace/1", "events": [
        {"agent": "Hi"}, {"agent": "Ho", "place": {"path": "elsewhere.jsonl", "line": 7}},
    ]}  # fmt: skip
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    bad = {"format": "agentport-trace/1", "events": [{"agent": 3}]}
    found = list(AGENTPORT_TRACE.read([(1, document), (2, bad), (3, {**bad, "events": deep}), (None, document)], "x"))
    assert [(problem.slug, problem.line) for problem in found if isinstance(problem, Problem)] == [
        ("bad-trace", 2), ("bad-trace", 3),
    ]  # fmt: skip
    first, last = (trace for trace in found if isinstance(trace, Trace))
    assert [event.place.line for event in first.events] == [1, 7]
    assert last.events[0].place.line is None
    assert isinstance(first.events[0], AgentMessage)


def test_a_session_from_elsewhere_keeps_its_places_when_it_is_read_from_a_document(tmp_path: Path) -> None:
    place = {"path": "elsewhere.jsonl", "line": 7, "pointer": "/a"}
    events = [{"agent": "Hi"}, {"agent": "Ho", "place": place}, {"agent": "Hu", "place": {"pointer": "/no/where"}}]
    document = {"format": "agentport-trace/1", "events": events}
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(document, indent=1))
    assert [(event.place.path, event.place.line) for event in read_one(path).events] == [
        (str(path), 4), ("elsewhere.jsonl", 7), (str(path), 1),
    ]  # fmt: skip


def test_every_session_of_a_trace_counts_the_same_in_reading() -> None:
    trace = read_one(FIXTURES / "agentport-trace" / "approved-1.yaml")
    assert len(read_session(trace).turns) == 1
