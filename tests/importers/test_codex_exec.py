"""``codex exec --json`` streams, read as sessions."""

from __future__ import annotations

from typing import Any

import pytest
from judging import FIXTURES, broken, imported, read_one, verdicts

from agentport_harness.core.trace import AgentMessage, ToolCall
from agentport_harness.importers.codex_exec import CODEX_EXEC
from agentport_harness.surfaces.reading import read_session

FOLDER = FIXTURES / "codex-exec"


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("approved", set()),
        ("placeholder-url", {"AP102"}),
        ("placeholder-url-code-mode", {"AP102"}),
        ("await-timed-out", {"AP102", "AP106", "AP117"}),
        ("calls-refused-by-client", {"AP117"}),
        ("gateway-absent", set()),
    ],
)
def test_each_recorded_situation_breaks_exactly_its_rules(name: str, rules: set[str]) -> None:
    trace = read_one(FOLDER / f"{name}-0.169.jsonl")
    assert trace.input_format == "codex-exec"
    assert broken(trace) == rules
    assert not trace.warnings


def test_turns_can_be_told_apart_though_the_prompt_is_not_recorded() -> None:
    trace = read_one(FOLDER / "approved-0.169.jsonl")
    assert trace.lacks == {"history"}
    assert trace.events[0].text == ""  # type: ignore[union-attr]
    assert verdicts(trace)["AP104"].status == "pass"


def test_an_id_that_the_prompt_may_have_named_is_not_testable() -> None:
    trace = read_one(FOLDER / "calls-refused-by-client-0.169.jsonl")
    assert verdicts(trace)["AP105"].status == "not_testable"


def item(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "item": fields}


def test_calls_that_run_at_the_same_time_share_a_step() -> None:
    def mcp(kind: str, number: int, **more: Any) -> dict[str, Any]:
        return item(kind, id=f"item_{number}", type="mcp_tool_call", server="gw", tool="t", arguments={}, **more)

    done = {"status": "completed", "result": {"content": [], "structured_content": {"a": 1}}}
    records = [
        mcp("item.started", 1), mcp("item.started", 2),
        mcp("item.completed", 1, **done), mcp("item.completed", 2, **done),
        item("item.completed", id="item_3", type="agent_message", text="done"),
    ]  # fmt: skip
    (trace,) = imported(CODEX_EXEC, records)
    steps = [event.step for event in trace.events if isinstance(event, (ToolCall, AgentMessage))]
    assert steps == [1, 1, 2]
    assert trace.events[3].structured == {"a": 1}  # type: ignore[union-attr]


def test_a_resumed_run_goes_on_with_the_session_and_another_thread_is_another_one() -> None:
    run = [
        {"type": "turn.started"},
        item("item.completed", id="item_0", type="command_execution", command="ls", aggregated_output="a", exit_code=0),
        item("item.completed", id="item_1", type="web_search", query="x"),
        {"type": "turn.completed"},
    ]
    records = [
        {"type": "thread.started", "thread_id": "t1"}, *run,
        {"type": "thread.started", "thread_id": "t1"}, *run,
        {"type": "thread.started", "thread_id": "t2"}, *run,
    ]  # fmt: skip
    traces = imported(CODEX_EXEC, records)
    assert [trace.session_id for trace in traces] == ["t1", "t2"]
    assert [len(read_session(trace).turns) for trace in traces] == [2, 1]
    calls = [event.call_id for event in traces[0].events if isinstance(event, ToolCall)]
    assert len(set(calls)) == 4


def test_what_is_still_being_written_or_searched_is_not_there_yet() -> None:
    records = [
        item("item.updated", id="m", type="agent_message", text="Hal"),
        item("item.started", id="w", type="web_search", query="x"),
        item("item.completed", id="m", type="agent_message", text="Half"),
    ]
    (trace,) = imported(CODEX_EXEC, records)
    assert [type(event).__name__ for event in trace.events] == ["HumanMessage", "ToolCall", "AgentMessage"]


def test_unknown_events_and_items_are_counted() -> None:
    records = [{"type": "novelty"}, item("item.started", id="i", type="hologram"), {"type": "error", "message": "x"}]
    (trace,) = imported(CODEX_EXEC, records)
    assert len(trace.warnings) == 2
    assert imported(CODEX_EXEC, []) == []
