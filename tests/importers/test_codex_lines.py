"""Lines of a rollout that are shortened before they are parsed: what is left of them says the same."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.core.importer import NOTHING
from agentport_harness.core.json_values import as_object
from agentport_harness.importers._codex_lines import RolloutLines
from agentport_harness.parsing import UnparsableError, parse_json

URL = "http://gw.example/approve/54457586-4102-4c19-9e57-e12872160d40"


def line(kind: str, payload: dict[str, Any], *, compact: bool = True) -> bytes:
    record = {"timestamp": "2026-11-22T05:48:19.461Z", "ordinal": 3, "type": kind, "payload": payload}
    return json.dumps(record, separators=(",", ":") if compact else (", ", ": "), ensure_ascii=False).encode()


def call(command: str, name: str = "exec_command", *, compact: bool = True) -> bytes:
    arguments = json.dumps({"cmd": command})
    payload = {"type": "function_call", "name": name, "arguments": arguments, "call_id": "c1"}
    return line("response_item", payload, compact=compact)


def output(text: str, *, compact: bool = True) -> bytes:
    payload = {"type": "function_call_output", "id": "o", "call_id": "c1", "output": text}
    return line("response_item", payload, compact=compact)


def after(called: bytes, told: bytes) -> Any:
    lines = RolloutLines()
    assert as_object(lines(called)).keys() == {"timestamp", "type", "payload"}
    return lines(told)


def kept_of(value: Any) -> str:
    return str(value["payload"]["output"])


@pytest.mark.parametrize("compact", [True, False])
def test_of_a_long_output_of_another_command_the_beginning_the_links_and_the_ids_are_kept(compact: bool) -> None:
    request = "54457586-4102-4c19-9e57-e12872160d40"
    text = f'head\n{"x" * 5_000} see https://example.org/a?b=1 "quoted" and {request}.\n{"y" * 50_000}'
    kept = kept_of(after(call("ls", compact=compact), output(text, compact=compact)))
    assert len(kept) < 1_200
    assert kept.startswith("head\nxxx")
    assert kept.splitlines()[-2:] == ["https://example.org/a?b=1", request]


@pytest.mark.parametrize("after_it", [{}, {"status": "completed"}])
def test_a_shortened_output_tells_the_size_and_the_digest_of_the_whole(after_it: dict[str, Any]) -> None:
    text = 'first "line"\n' + "w\u00f6rd " * 2_000
    told = line("response_item", {"type": "function_call_output", "call_id": "c1", "output": text, **after_it})
    kept = kept_of(after(call("ls"), told))
    whole = text.encode()
    assert kept.endswith(f"({len(whole)} bytes in all, sha256 {sha256(whole).hexdigest()})")


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [
        ("ap tools call --integration x", "exec_command", "x" * 5_000),
        ("cd /src\nap tools call --integration x", "exec_command", "x" * 5_000),
        ("cd /src &&\tap\ttools call --integration x", "exec_command", "x" * 5_000),
        ("curl -s $GATEWAY/api/installed", "exec_command", "x" * 5_000),
        ("ls", "agentport__call_tool", "x" * 5_000),
        ("ls", "exec_command", "x" * 5_000 + URL),
        ("ls", "exec_command", "x" * 5_000 + "AgentPort"),
        ("ls", "exec_command", "short"),
    ],
)
def test_an_output_that_may_concern_the_gateway_or_is_short_is_kept_whole(command: str, name: str, text: str) -> None:
    assert kept_of(after(call(command, name), output(text))) == text


def test_an_output_whose_call_was_not_seen_is_kept_whole() -> None:
    assert kept_of(RolloutLines()(output("x" * 5_000))) == "x" * 5_000


@given(text=st.text(alphabet=st.sampled_from('ab"\\\n\u00e9\u4e16\U0001f600\u0007'), min_size=2_001, max_size=3_000))
def test_wherever_an_output_is_cut_its_beginning_is_kept(text: str) -> None:
    kept = kept_of(after(call("ls"), output(text)))
    assert text.startswith(kept.rpartition("\u2026")[0])


def test_what_was_told_twice_is_read_once() -> None:
    item = {"type": "CommandExecution", "id": "c1", "command": ["ls"], "aggregated_output": "x"}
    told = line("event_msg", {"type": "item_completed", "thread_id": "t", "turn_id": "u", "item": item})
    assert after(call("ls"), told) is NOTHING
    assert after(call("ap auth login"), told) == json.loads(told)
    end = line("event_msg", {"type": "exec_command_end", "call_id": "c1", "aggregated_output": "x"})
    assert after(call("ls"), end) is NOTHING


@pytest.mark.parametrize("kind", ["reasoning", "ghost_snapshot"])
def test_what_says_nothing_to_a_rule_is_passed_over_unless_it_is_torn(kind: str) -> None:
    idle = line("response_item", {"type": kind, "text": "x" * 3_000})
    assert RolloutLines()(idle) is NOTHING
    for torn in (idle[:-1], idle[:100] + idle, output("x" * 5_000)[:-1]):
        with pytest.raises(UnparsableError):
            RolloutLines()(torn)


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "function_call", "name": "f", "arguments": {"cmd": "ls"}, "call_id": "c"},
        {"type": "function_call", "name": 7, "arguments": None, "call_id": []},
        {"type": "function_call_output", "call_id": "c", "output": "\ud800"},
        {"type": ["reasoning"]},
        "text",
    ],
)
def test_a_line_of_another_shape_is_read_as_it_is(payload: Any) -> None:
    record = {"timestamp": "x", "type": "response_item", "payload": payload}
    assert RolloutLines()(json.dumps(record).encode()) == parse_json(json.dumps(record).encode())
