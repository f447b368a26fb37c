"""Lines of a rollout that are shortened before they are parsed: what is left of them says the same."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentport_harness.importers._codex_lines import RolloutLines

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


def after(called: bytes, told: bytes) -> bytes | None:
    lines = RolloutLines()
    assert lines(called) == called
    return lines(told)


@pytest.mark.parametrize("compact", [True, False])
def test_of_a_long_output_of_another_command_the_beginning_the_links_and_the_ids_are_kept(compact: bool) -> None:
    request = "54457586-4102-4c19-9e57-e12872160d40"
    text = f'head\n{"x" * 5_000} see https://example.org/a?b=1 "quoted" and {request}.\n{"y" * 50_000}'
    shortened = after(call("ls", compact=compact), output(text, compact=compact))
    assert shortened is not None
    assert len(shortened) < 1_200
    kept = json.loads(shortened)["payload"]["output"]
    assert kept.startswith("head\nxxx")
    assert kept.splitlines()[-2:] == ["https://example.org/a?b=1", request]


@pytest.mark.parametrize("after_it", [{}, {"status": "completed"}])
def test_a_shortened_output_tells_the_size_and_the_digest_of_the_whole(after_it: dict[str, Any]) -> None:
    text = 'first "line"\n' + "w\u00f6rd " * 2_000
    told = line("response_item", {"type": "function_call_output", "call_id": "c1", "output": text, **after_it})
    shortened = after(call("ls"), told)
    assert shortened is not None
    kept = json.loads(shortened)["payload"]["output"]
    whole = text.encode()
    assert kept.endswith(f"({len(whole)} bytes in all, sha256 {sha256(whole).hexdigest()})")


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [
        ("ap tools call --integration x", "exec_command", "x" * 5_000),
        ("curl -s $GATEWAY/api/installed", "exec_command", "x" * 5_000),
        ("ls", "agentport__call_tool", "x" * 5_000),
        ("ls", "exec_command", "x" * 5_000 + URL),
        ("ls", "exec_command", "x" * 5_000 + "AgentPort"),
        ("ls", "exec_command", "short"),
    ],
)
def test_an_output_that_may_concern_the_gateway_or_is_short_is_kept_whole(command: str, name: str, text: str) -> None:
    assert after(call(command, name), output(text)) == output(text)


def test_an_output_whose_call_was_not_seen_is_kept_whole() -> None:
    told = output("x" * 5_000)
    assert RolloutLines()(told) == told


@given(text=st.text(alphabet=st.sampled_from('ab"\\\n\u00e9\u4e16\U0001f600\u0007'), min_size=1_900, max_size=3_000))
def test_wherever_an_output_is_cut_it_stays_a_record(text: str) -> None:
    shortened = after(call("ls"), output(text))
    assert shortened is not None
    kept = json.loads(shortened)["payload"]["output"]
    assert text.startswith(kept.rpartition("\u2026")[0])


def test_what_was_told_twice_is_read_once() -> None:
    item = {"type": "CommandExecution", "id": "c1", "command": ["ls"], "aggregated_output": "x"}
    told = line("event_msg", {"type": "item_completed", "thread_id": "t", "turn_id": "u", "item": item})
    assert after(call("ls"), told) is None
    assert after(call("ap auth login"), told) == told
    end = line("event_msg", {"type": "exec_command_end", "call_id": "c1", "aggregated_output": "x"})
    assert after(call("ls"), end) is None


@pytest.mark.parametrize("kind", ["reasoning", "ghost_snapshot"])
def test_what_says_nothing_to_a_rule_is_passed_over_unless_it_is_torn(kind: str) -> None:
    idle = line("response_item", {"type": kind, "text": "x" * 3_000})
    assert RolloutLines()(idle) is None
    for torn in (idle[:-1], idle[:100] + idle):
        assert RolloutLines()(torn) == torn
    torn = output("x" * 5_000)[:-1]
    assert after(call("ls"), torn) == torn
