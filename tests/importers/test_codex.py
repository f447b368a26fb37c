"""Codex rollouts, of the versions named in the fixtures, read as sessions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from judging import FIXTURES, broken, imported, read_one, verdicts

from agentport_harness.core.calls import Await, CallTool
from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace, TurnEnd
from agentport_harness.importers.codex import CODEX
from agentport_harness.surfaces.reading import read_session

FOLDER = FIXTURES / "codex"
URL = "http://127.0.0.1:4747/approve/154b8c69-cc63-4c17-b35c-2a82ce0203f9"
ASKED = f"This tool was marked by a human as needing approval. Share this URL with a human: {URL}"


def rollout(*payloads: dict[str, Any], meta: dict[str, Any] | None = None) -> list[Any]:
    """Records of a rollout: payloads of events are those whose type a response item never has."""
    kinds = {"message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output",
             "local_shell_call", "web_search_call", "reasoning", "tool_search_call", "tool_search_output"}  # fmt: skip
    head = {"type": "session_meta", "timestamp": "2026-01-01T00:00:00Z", "payload": {"id": "s1"} | (meta or {})}
    return [head] + [
        {
            "type": "response_item" if payload["type"] in kinds else "event_msg",
            "timestamp": f"2026-01-01T00:00:{number:02}Z",
            "payload": payload,
        }
        for number, payload in enumerate(payloads, start=1)
    ]


def one(*payloads: dict[str, Any], meta: dict[str, Any] | None = None) -> Trace:
    (trace,) = imported(CODEX, rollout(*payloads, meta=meta))
    return trace


def said(role: str, text: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def call(call_id: str, name: str, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"type": "function_call", "name": name, "arguments": json.dumps(arguments), "call_id": call_id} | more


def output(call_id: str, text: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def kinds(trace: Trace) -> list[str]:
    return [type(event).__name__ for event in trace.events]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("approved-*")), ids=lambda path: path.stem)
def test_a_session_in_which_the_url_was_copied_breaks_no_rule(path: Any) -> None:
    trace = read_one(path)
    assert trace.input_format == "codex"
    assert not broken(trace)
    assert verdicts(trace)["AP102"].status == "pass"
    assert not trace.warnings


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("placeholder-url-0.135", 18),
        ("placeholder-url-direct-tools-0.169", 19),
        ("placeholder-url-code-mode-0.169", 23),
    ],
)
def test_a_placeholder_in_the_url_is_found_at_the_first_record_of_its_message(name: str, line: int) -> None:
    path = FOLDER / f"{name}.jsonl"
    trace = read_one(path)
    assert broken(trace) == {"AP102"}
    (finding,) = verdicts(trace)["AP102"].findings
    assert finding.evidence == "http://127.0.0.1:4747/approve/{id}"
    assert (finding.place.path, finding.place.line) == (str(path), line)
    assert "/approve/{id}" in path.read_text().splitlines()[line - 1]


def test_messages_and_calls_that_are_recorded_twice_are_one_event_each() -> None:
    trace = read_one(FOLDER / "approved-direct-tools-0.169.jsonl")
    assert kinds(trace) == [
        "HumanMessage", "AgentMessage", "ToolCall", "ToolResult", "ToolCall", "ToolResult",
        "AgentMessage", "ToolCall", "ToolResult", "AgentMessage", "TurnEnd",
    ]  # fmt: skip
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == [
        "File the typo issue via AgentPort"
    ]


def test_text_and_calls_of_one_answer_share_a_step() -> None:
    trace = read_one(FOLDER / "approved-direct-tools-0.169.jsonl")
    steps = [event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))]
    assert steps == [1, 1, 2, 3, 3, 4]


def test_a_wait_that_goes_on_in_code_mode_is_one_call_whose_result_comes_later() -> None:
    trace = read_one(FOLDER / "approved-code-mode-0.169.jsonl")
    waits = [action for action in read_session(trace).actions if isinstance(action.meaning, Await)]
    (action,) = waits
    (polled,) = (seq for seq, event in enumerate(trace.events) if isinstance(event, ToolCall) and event.tool == "wait")
    assert action.seq < polled < action.told
    (script,) = (
        event
        for event in trace.events
        if isinstance(event, ToolCall) and event.tool == "exec" and "await_approval" in str(event.arguments)
    )
    assert action.step == script.step


def test_a_script_that_called_the_gateway_is_no_action_beside_its_calls() -> None:
    trace = read_one(FOLDER / "approved-code-mode-0.169.jsonl")
    assert [action.call.tool for action in read_session(trace).actions] == [
        "exec", "exec_command", "agentport__call_tool", "agentport__await_approval", "wait",
    ]  # fmt: skip


def test_calls_in_one_script_follow_each_other_when_they_did() -> None:
    def mcp(number: int, tool: str, start: int, stop: int) -> dict[str, Any]:
        item = {"type": "McpToolCall", "id": f"exec-{number}", "server": "gw", "tool": tool, "arguments": {}}
        item |= {"status": "completed", "result": {"content": [{"type": "text", "text": tool}]}}
        begin = 1767225600000
        times = {"started_at_ms": begin + start, "completed_at_ms": begin + stop}
        return {"type": "item_completed", "item": item} | times

    script = {"type": "custom_tool_call", "name": "exec", "call_id": "c", "input": "…"}
    trace = one(said("user", "go"), script, mcp(1, "first", 2100, 2200), mcp(2, "second", 2300, 2400))
    assert [getattr(event, "tool", "") or event.text for event in trace.events[2:]] == [  # type: ignore[union-attr]
        "first", "first", "second", "second",
    ]  # fmt: skip
    together = one(said("user", "go"), script, mcp(1, "first", 2100, 2500), mcp(2, "second", 2300, 2600))
    assert kinds(together)[2:] == ["ToolCall", "ToolCall", "ToolResult", "ToolResult"]


def test_calls_that_the_client_refused_are_marked_as_failed() -> None:
    trace = read_one(FOLDER / "calls-refused-by-client-0.169.jsonl")
    assert {action.outcome.kind for action in read_session(trace).actions} == {"client_refused"}


@pytest.mark.parametrize(
    "injected",
    [
        "<environment_context>\n  <cwd>/x</cwd>\n</environment_context>",
        "<user_instructions>\nBe brief\n</user_instructions>",
        "# AGENTS.md instructions for /x\n\n<INSTRUCTIONS>…",
        "<skill>\n<name>agentport-mcp</name>…",
        "<turn_aborted>\nThe user interrupted…",
    ],
)
def test_context_that_the_client_injects_is_no_human_message(injected: str) -> None:
    trace = one(said("developer", "rules"), said("user", injected), said("user", "Hello"), said("assistant", "Hi"))
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == ["Hello"]


def test_where_the_client_records_what_the_human_wrote_other_user_messages_are_not_the_humans() -> None:
    trace = one(
        said("user", "A hook says something"),
        {"type": "user_message", "message": "Hello"},
        said("user", "Hello"),
        said("assistant", "Hi"),
        said("user", "Bye"),
        {"type": "user_message", "message": "Bye"},
    )
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == ["Hello", "Bye"]


def test_a_message_that_the_agent_repeats_in_its_next_answer_is_two_events() -> None:
    poll = [said("assistant", "Still waiting"), call("c1", "shell", {"command": "sleep 1"}), output("c1", "")]
    trace = one(said("user", "go"), *poll, said("assistant", "Still waiting"))
    assert [event.text for event in trace.events if isinstance(event, AgentMessage)] == ["Still waiting"] * 2


def test_names_of_0_120_and_0_122_are_read() -> None:
    args = {"integration_id": "github", "tool_name": "create_issue", "arguments": {}, "additional_info": "why"}
    for flat in (
        call("c1", "mcp__agentport__agentport__call_tool", args),
        call("c1", "agentport__call_tool", args, namespace="mcp__agentport__"),
    ):
        text = f"Wall time: 0.0110 seconds\nOutput:\n{json.dumps([{'type': 'text', 'text': ASKED}])}"
        trace = one(said("user", "go"), flat, output("c1", text), said("assistant", URL))
        (action,) = read_session(trace).actions
        assert isinstance(action.meaning, CallTool)
        assert action.outcome.approval_url == URL
        assert trace.lacks == {"error_flag"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"content": [{"type": "text", "text": ASKED}], "isError": False}),
        {"content": json.dumps([{"type": "text", "text": ASKED}]), "success": True},
    ],
)
def test_serialised_results_with_a_flag_are_read(text: Any) -> None:
    trace = one(call("c1", "mcp__gw__agentport__call_tool", {}), output("c1", text))
    result = trace.events[1]
    assert isinstance(result, ToolResult)
    assert (result.text, result.is_error, trace.lacks) == (ASKED, False, frozenset())


@pytest.mark.parametrize("text", ["user cancelled MCP tool call", "tool call error: timed out awaiting tools/call"])
def test_codexs_own_refusals_are_errors_though_no_flag_says_so(text: str) -> None:
    trace = one(call("c1", "mcp__gw__agentport__await_approval", {"request_id": "x"}), output("c1", text))
    (action,) = read_session(trace).actions
    assert action.outcome.kind in ("client_refused", "client_timeout")


def test_an_mcp_call_that_ended_in_an_error_of_0_135_is_failed() -> None:
    end = {
        "type": "mcp_tool_call_end",
        "call_id": "c1",
        "invocation": {"server": "gw", "tool": "agentport__await_approval", "arguments": {"request_id": "x"}},
        "duration": {"secs": 1, "nanos": 5},
        "result": {"Err": "tool call error: timed out awaiting tools/call after 120s"},
    }
    trace = one(end)
    assert kinds(trace) == ["ToolCall", "ToolResult"]
    (action,) = read_session(trace).actions
    assert action.outcome.kind == "client_timeout"


@pytest.mark.parametrize(
    ("recorded", "text", "exit_code"),
    [
        (json.dumps({"output": "hi\n", "metadata": {"exit_code": 2, "duration_seconds": 0.1}}), "hi\n", 2),
        ("Exit code: 2\nWall time: 0.1 seconds\nOutput:\nhi", "hi", 2),
        ("Chunk ID: ab\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nhi", "hi", 0),
        ("just text", "just text", None),
    ],
)
def test_what_codex_wraps_around_a_commands_output_is_taken_off(
    recorded: str, text: str, exit_code: int | None
) -> None:
    trace = one(call("c1", "exec_command", {"cmd": "ap tools list"}), output("c1", recorded))
    result = trace.events[1]
    assert isinstance(result, ToolResult)
    assert (result.text, result.exit_code) == (text, exit_code)


def test_a_command_that_goes_on_is_answered_by_its_end() -> None:
    running = "Wall time: 30.0 seconds\nProcess running with session ID 7\nOutput:\nApproval required: u\n"
    trace = one(
        call("c1", "exec_command", {"cmd": "ap tools call --wait"}),
        output("c1", running),
        call("c2", "write_stdin", {"session_id": 7, "chars": ""}),
        output("c2", running.replace("Approval required: u", "still there")),
        call("c3", "write_stdin", {"session_id": 7, "chars": ""}),
        output("c3", "Wall time: 1.0 seconds\nProcess exited with code 0\nOutput:\ndone"),
    )
    results = {event.call_id: event for event in trace.events if isinstance(event, ToolResult)}
    assert results["c1"].text == "Approval required: u\nstill there\ndone"
    assert results["c1"].exit_code == 0
    assert trace.events.index(results["c1"]) == len(trace.events) - 2


def test_a_command_that_never_ended_keeps_what_it_had_said() -> None:
    running = "Wall time: 30.0 seconds\nProcess running with session ID 7\nOutput:\nhalf"
    trace = one(call("c1", "exec_command", {"cmd": "x"}), output("c1", running), said("assistant", "well"))
    assert kinds(trace) == ["ToolCall", "ToolResult", "AgentMessage"]
    assert trace.events[1].text == "half"  # type: ignore[union-attr]


def test_a_command_recorded_by_its_end_alone_is_a_call() -> None:
    end = {"type": "exec_command_end", "call_id": "c1", "command": ["ls"], "stdout": "a\n", "exit_code": 0}
    trace = one(end)
    assert kinds(trace) == ["ToolCall", "ToolResult"]
    assert trace.events[1].exit_code == 0  # type: ignore[union-attr]


def test_an_interrupted_turn_leaves_its_open_calls_cancelled_and_has_no_end() -> None:
    trace = one(said("user", "go"), call("c1", "mcp__gw__agentport__await_approval", {}), {"type": "turn_aborted"})
    assert kinds(trace) == ["HumanMessage", "ToolCall", "ToolResult"]
    assert trace.events[2].fault == "cancelled"  # type: ignore[union-attr]


def test_a_human_who_interrupts_has_said_so() -> None:
    trace = one(said("user", "go"), {"type": "turn_aborted", "reason": "interrupted"})
    assert [event.text for event in trace.events if isinstance(event, HumanMessage)] == ["go", "[interrupted]"]


def test_a_call_of_a_tool_that_the_client_does_not_know_was_never_sent() -> None:
    trace = one(call("c1", "mcp__gw__agentport__call_tool", {}), output("c1", "unsupported call: x"))
    (action,) = read_session(trace).actions
    assert action.outcome.kind == "client_refused"


def test_a_process_whose_end_has_an_event_of_its_own_is_answered_by_that() -> None:
    running = "Process running with session ID 7\nOutput:\nhalf"
    end = {"type": "exec_command_end", "call_id": "c1", "aggregated_output": "half and half", "exit_code": 2}
    poll = call("c2", "write_stdin", {"session_id": 7})
    done = output("c2", "Process exited with code 2\nOutput:\nand half")
    trace = one(call("c1", "exec_command", {"cmd": "x"}), output("c1", running), end, poll, done)
    texts = {event.call_id: event.text for event in trace.events if isinstance(event, ToolResult)}
    assert texts == {"c1": "half and half", "c2": "and half"}


def test_texts_of_embedded_resources_are_part_of_a_result() -> None:
    content = [{"type": "resource", "resource": {"text": "inside"}}, "bare", {"type": "image"}]
    end = {"type": "mcp_tool_call_end", "call_id": "c1", "invocation": {}, "result": {"Ok": {"content": content}}}
    assert one(end).events[1].text == "inside\nbare"  # type: ignore[union-attr]


def test_the_end_of_a_task_ends_the_turn() -> None:
    trace = one(said("user", "go"), said("assistant", "done"), {"type": "task_complete", "last_agent_message": "done"})
    assert isinstance(trace.events[-1], TurnEnd)


def test_a_url_that_the_client_itself_shows_is_a_prompt() -> None:
    asked = {"type": "elicitation_request", "request": {"mode": "url", "url": URL, "message": "Decide"}}
    assert kinds(one(asked, {"type": "elicitation_request", "request": {"mode": "form"}})) == ["UrlPrompt"]


def test_searches_and_the_shell_of_the_provider_are_calls() -> None:
    trace = one(
        {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "x"}},
        {"type": "local_shell_call", "call_id": "c1", "action": {"type": "exec", "command": ["ap", "tools", "list"]}},
        output("c1", "[]"),
    )
    assert kinds(trace) == ["ToolCall", "ToolResult", "ToolCall", "ToolResult"]


def test_a_sub_agents_rollout_shows_nothing_to_the_human() -> None:
    trace = one(
        {"type": "user_message", "message": "do this"},
        said("assistant", "done"),
        meta={"source": {"subagent": {"thread_spawn": {}}}},
    )
    assert trace.lacks == {"assistant_text", "human_turns"}
    assert [event.actor for event in trace.events if isinstance(event, AgentMessage)] == ["subagent"]


def test_unknown_kinds_are_counted() -> None:
    records = rollout(*({"type": f"new_{number}"} for number in range(10)), {"type": "new_1"})
    (trace,) = imported(CODEX, [*records, {"type": "novel", "payload": {}}, {}])
    assert trace.warnings[1] == "2 records of unknown kind 'new_1' passed over, first in line 3"
    assert trace.warnings[-1] == "4 records of 4 further unknown kinds passed over"


def test_several_sessions_in_one_file_are_several_and_a_forks_origin_is_none() -> None:
    fork = {"type": "session_meta", "payload": {"id": "fork", "forked_from_id": "s1"}}
    records = [*rollout(said("user", "a")), fork, *rollout(said("user", "b"))]
    traces = imported(CODEX, records)
    assert [trace.session_id for trace in traces] == ["s1", "fork"]
    assert [len(trace.events) for trace in traces] == [1, 1]


def test_a_rollout_without_its_head_is_read() -> None:
    (trace,) = imported(CODEX, rollout(said("user", "a"))[1:])
    assert trace.session_id == ""
    assert kinds(trace) == ["HumanMessage"]
    assert imported(CODEX, []) == []


APPROVAL = "54457586-4102-4c19-9e57-e12872160d40"


def scripted(script: str, *after: dict[str, Any]) -> Trace:
    """A session in code mode: a request was opened and shown, and a script waits for it."""
    url = f"http://gw.example/approve/{APPROVAL}"
    item = {
        "type": "McpToolCall", "id": "exec-1", "server": "agentport", "tool": "agentport__call_tool",
        "arguments": {"integration_id": "x", "tool_name": "y", "arguments": {}}, "status": "completed",
        "result": {"content": [{"type": "text", "text": f"needing approval. Share this URL with a human: {url}"}]},
    }  # fmt: skip
    call = {"type": "custom_tool_call", "name": "exec", "call_id": "s", "input": script}
    return one(
        said("user", "go"), {"type": "item_completed", "item": item}, said("assistant", f"See {url}"), call, *after
    )


def cell(call_id: str, text: str) -> dict[str, Any]:
    return {"type": "custom_tool_call_output", "call_id": call_id, "output": [{"type": "input_text", "text": text}]}


POLL = {"type": "function_call", "name": "wait", "call_id": "w", "arguments": '{"cell_id": "3"}'}
WAITS = f"await tools.mcp__agentport__agentport__await_approval({{request_id: '{APPROVAL}'}})"
RUNNING = cell("s", "Script running with cell ID 3\nWall time 5.0 seconds\nOutput:\n")


@pytest.mark.parametrize("after", [(), (RUNNING,), (RUNNING, POLL)])
def test_a_wait_of_a_script_that_never_ended_is_an_open_wait(after: tuple[dict[str, Any], ...]) -> None:
    trace = scripted(WAITS, *after)
    (wait,) = (action for action in read_session(trace).actions if isinstance(action.meaning, Await))
    assert (wait.meaning.request_id, wait.result) == (APPROVAL, None)
    assert trace.events[wait.seq - 1].tool == "exec"  # type: ignore[union-attr]
    assert verdicts(trace)["AP104"].status != "fail"


def test_a_wait_whose_request_only_the_script_knew_leaves_its_rules_not_testable() -> None:
    trace = scripted("const r = await tools.agentport__await_approval({request_id: id})", RUNNING)
    assert {"open_end", "arguments"} <= trace.lacks


@pytest.mark.parametrize(
    "after",
    [
        (cell("s", "Script completed\nWall time 1 seconds\nOutput:\n"),),
        (RUNNING, POLL, cell("w", "Script terminated\n")),
    ],
)
def test_a_script_that_ended_waits_no_more(after: tuple[dict[str, Any], ...]) -> None:
    assert not [action for action in read_session(scripted(WAITS, *after)).actions if isinstance(action.meaning, Await)]


def test_of_a_script_with_two_waits_the_one_that_ended_is_not_open() -> None:
    item = {
        "type": "McpToolCall", "id": "exec-2", "server": "agentport", "tool": "agentport__await_approval",
        "arguments": {"request_id": APPROVAL}, "status": "completed", "result": {"content": []},
    }  # fmt: skip
    other = APPROVAL.replace("5", "6")
    ended = {"type": "item_completed", "item": item}
    trace = scripted(WAITS + WAITS.replace(APPROVAL, other), ended, RUNNING)
    waits = [action.meaning for action in read_session(trace).actions if isinstance(action.meaning, Await)]
    assert sorted(wait.request_id for wait in waits) == [APPROVAL, other]
    (action,) = (a for a in read_session(scripted(WAITS, ended, RUNNING)).actions if isinstance(a.meaning, Await))
    assert action.result is not None


def test_a_script_that_only_names_the_wait_waits_for_nothing() -> None:
    trace = scripted("text(ALL_TOOLS.includes('agentport__await_approval'))", RUNNING)
    assert not trace.lacks
    assert not [action for action in read_session(trace).actions if isinstance(action.meaning, Await)]
