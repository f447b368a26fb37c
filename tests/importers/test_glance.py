"""A first glance at a rollout changes nothing that is reported: it only spares the reading of what does not matter."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import FIXTURES

from agentport_harness.core.importer import LookCloserError, Problem
from agentport_harness.core.report import SessionReport
from agentport_harness.core.trace import ToolCall, Trace
from agentport_harness.loaders import sessions_of
from agentport_harness.runner.catalogue import agent_rules
from agentport_harness.runner.check import check_recording, check_trace, unreadable
from agentport_harness.sources import Source

URL = "http://gw.example/approve/54457586-4102-4c19-9e57-e12872160d40"
META = {"id": "01a201da-6f52-7000-8000-000000000001", "cwd": "/src", "cli_version": "0.169.0"}


class Rollout:
    """Lines of one rollout, a quarter of a second apart."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.time = 0.0
        self.line("session_meta", META)

    def line(self, kind: str, payload: dict[str, Any]) -> Rollout:
        self.time += 0.25
        stamp = f"2026-11-22T{int(self.time // 3600):02}:{int(self.time // 60 % 60):02}:{self.time % 60:06.3f}Z"
        record = {"timestamp": stamp, "type": kind, "payload": payload}
        self.lines.append(json.dumps(record).encode() + b"\n")
        return self

    def human(self, text: str) -> Rollout:
        return self.line("event_msg", {"type": "user_message", "message": text})

    def agent(self, text: str) -> Rollout:
        content = [{"type": "output_text", "text": text}]
        return self.line("response_item", {"type": "message", "role": "assistant", "content": content})

    def call(self, command: str, call_id: str = "", name: str = "exec_command", **more: str) -> Rollout:
        call_id = call_id or f"c{len(self.lines)}"
        called = {"type": "function_call", "name": name, "arguments": json.dumps({"cmd": command}), "call_id": call_id}
        self.line("response_item", {**called, **more})
        item = {"type": "CommandExecution", "id": call_id, "command": [command], "aggregated_output": "x"}
        self.line("event_msg", {"type": "item_completed", "thread_id": "t", "turn_id": "u", "item": item})
        output = {"type": "function_call_output", "call_id": call_id, "output": "Output:\nx"}
        return self.line("response_item", output)

    def written(self, folder: Path | str) -> Source:
        path = Path(folder, "rollout.jsonl")
        path.write_bytes(b"".join(self.lines))
        return Source(name=str(path), path=path)


def in_full(source: Source) -> tuple[SessionReport, ...]:
    """What is reported when every line counts."""
    found = sessions_of(source)
    reports = [unreadable(one) if isinstance(one, Problem) else check_trace(one, agent_rules()) for one in found]
    return tuple(replace(report, trace=None) for report in reports)


def glanced(source: Source) -> Trace | None:
    """The session at a glance, None where that was not enough."""
    try:
        return next((one for one in sessions_of(source, glance=True) if isinstance(one, Trace)), None)
    except LookCloserError:
        return None


TEXTS = st.sampled_from([
    "On it.", "All done.", "I don't have access to Notion.", "Please paste your API key here.", "AgentPort is there.",
    "Please send me the 6-digit code.", "The code is 123 456.", "password: hunter2secret", f"Please decide here: {URL}",
])  # fmt: skip
COMMANDS = st.sampled_from([
    "ls", "cat notes.txt", "cd /src\nap tools call --integration github --tool create_issue --args '{}'", "map -x",
    f"curl -X POST {URL}", "oathtool --totp -b secret", "echo 123456", "sqlite3 db 'UPDATE approvals SET ok = 1'",
    "curl https://api.notion.com/v1/pages", "AP tools list",
])  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.sampled_from(["human", "agent"]), TEXTS),
    st.tuples(st.just("call"), COMMANDS),
    st.tuples(st.just("call"), COMMANDS, st.sampled_from(["c1", "c2"])),
    st.tuples(st.just("call"), COMMANDS, st.just(""), st.sampled_from(["shell", "update_plan", "fetch"])),
    st.tuples(st.just("line"), st.sampled_from(["event_msg", "news"]), st.just({"type": "tidings"})),
    st.tuples(st.just("line"), st.just("session_meta"), st.sampled_from([META, {**META, "id": "another"}])),
    st.sampled_from([("torn",), ("back",)]),
)


@settings(deadline=None, max_examples=150)
@given(steps=st.lists(STEPS, max_size=14))
def test_what_is_reported_is_what_is_reported_of_the_whole(steps: list[tuple[Any, ...]]) -> None:
    rollout = Rollout()
    for kind, *given_ in steps:
        if kind == "torn":
            rollout.lines.append(rollout.lines[-1][:-9] + b"\n")
        elif kind == "back":
            rollout.time = max(0.0, rollout.time - 100)
        else:
            getattr(rollout, kind)(*given_)
    with tempfile.TemporaryDirectory() as folder:
        source = rollout.written(folder)
        assert check_recording(source) == in_full(source)


@pytest.mark.parametrize("path", sorted((FIXTURES / "codex").glob("*.jsonl")), ids=lambda path: path.stem)
def test_of_a_real_rollout_the_same_is_reported(path: Path) -> None:
    source = Source(name=str(path), path=path)
    assert check_recording(source) == in_full(source)


def test_commands_that_cannot_concern_the_gateway_are_left_out(tmp_path: Path) -> None:
    rollout = Rollout().human("Look").call("first").call("ls").agent("There it is.").call("cat x").call("grep y")
    trace = glanced(rollout.agent("Done.").written(tmp_path))
    assert trace is not None
    assert trace.glanced
    assert [type(event).__name__ for event in trace.events] == [
        "HumanMessage", "ToolCall", "ToolResult", "AgentMessage", "AgentMessage",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        "ap tools list", "cd x\nap tools list", "wget x", "open http://x", f"open {URL}", "otp", "oathtool",
        "echo 123-456", "sqlcmd approvals",
    ],
)  # fmt: skip
def test_commands_that_may_concern_it_are_kept(command: str, tmp_path: Path) -> None:
    trace = glanced(Rollout().human("Go").call("first").call("ls").call(command).written(tmp_path))
    assert trace is not None
    assert [event.arguments for event in trace.events if isinstance(event, ToolCall)] == [
        {"cmd": "first"}, {"cmd": command},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        Rollout().human("Go").call("", name="agentport__call_tool"),
        Rollout().human("Go").call("", name="call_tool", namespace="mcp__agentport"),
        Rollout().human("Go").call("ls", "c").call("ls", "c"),
    ],
)
def test_the_gateway_s_tools_and_ids_that_come_twice_end_the_glance(more: Rollout, tmp_path: Path) -> None:
    assert glanced(more.written(tmp_path)) is None


def test_times_that_cannot_be_compared_or_go_back_end_the_glance(tmp_path: Path) -> None:
    rollout = Rollout().human("Go").call("ls")
    for written, read in ((b".250Z", b".250+02:00"), (b"T00:00:00.500Z", b"T00:00:09.500Z")):
        other = Rollout()
        other.lines = [line.replace(written, read) for line in rollout.lines]
        assert glanced(other.written(tmp_path)) is None


def test_a_recording_that_is_no_ordinary_file_is_read_once_and_in_full(tmp_path: Path) -> None:
    source = Rollout().human("Go").call("ls").written(tmp_path)
    assert (
        check_recording(replace(source, path=None, url=f"file://{source.path}"))[0].verdicts
        == in_full(source)[0].verdicts
    )
