"""Edits on traces: whole traces come out, with call ids and steps in order, and the original is left alone."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentport_harness.core.call_edits import ABSENT, at_path, with_argument, with_arguments, with_info, with_value
from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import (
    cut,
    drop,
    drop_action,
    fresh_call_id,
    heard,
    insert,
    move,
    move_action,
    put,
    repeat,
    reworded,
    said,
    with_text,
)
from agentport_harness.core.session import Action
from agentport_harness.core.trace import AgentMessage, Event, HumanMessage, ToolCall, ToolResult, Trace, UrlPrompt
from agentport_harness.surfaces.reading import read_session
from tests.rules.generator import conforming
from tests.rules.wires import Ask, Wire
from tests.rules.world import refund
from tests.surfaces.test_every_surface import infos, wires


def call(call_id: str, step: int, tool: str = "x") -> ToolCall:
    return ToolCall(call_id=call_id, tool=tool, arguments={}, step=step)


TRACE = Trace(
    events=(
        HumanMessage(text="go"),
        AgentMessage(text="first", step=1),
        call("a", 1),
        ToolResult(call_id="a", text="A"),
        call("b", 2),
        ToolResult(call_id="b", text="B"),
        AgentMessage(text="done", step=3),
    )
)


def action(trace: Trace, number: int = 0) -> Action:
    return read_session(trace).actions[number]


def texts(trace: Trace) -> list[str]:
    return [event.call_id if isinstance(event, ToolCall) else getattr(event, "text", "") for event in trace.events]


def steps(trace: Trace) -> list[int]:
    return [event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))]


def test_events_are_dropped_and_cut_and_steps_close_up() -> None:
    assert texts(drop(TRACE, 1, 2, 3)) == ["go", "b", "B", "done"]
    assert steps(drop(TRACE, 1, 2, 3)) == [1, 2]
    assert texts(drop_action(TRACE, action(TRACE))) == ["go", "first", "b", "B", "done"]
    assert texts(cut(TRACE, 3)) == ["go", "first", "a"]
    assert texts(drop_action(cut(TRACE, 3), action(cut(TRACE, 3)))) == ["go", "first"]


def test_a_new_message_is_an_answer_of_its_own_unless_it_joins_one() -> None:
    alone = insert(TRACE, 4, said("so far"), heard("well?"))
    assert texts(alone)[4:6] == ["so far", "well?"]
    assert steps(alone) == [1, 1, 2, 3, 4]
    joined = insert(TRACE, 5, said("beside b", step=2))
    assert steps(joined) == [1, 1, 2, 2, 3]
    assert steps(insert(Trace(events=()), 0, said("x"), said("y"))) == [1, 1]


def test_an_event_or_its_text_is_replaced() -> None:
    assert texts(put(TRACE, 0, heard("stay")))[0] == "stay"
    assert texts(with_text(TRACE, 3, "other"))[3] == "other"
    assert with_text(TRACE, 2, "no text in a call") == TRACE


def test_only_what_the_human_is_shown_is_reworded() -> None:
    trace = insert(TRACE, 7, UrlPrompt(url="https://first.example", message="first"), heard("first"))
    changed = reworded(trace, "first", "last")
    assert texts(changed)[1] == "last"
    assert changed.events[7] == UrlPrompt(url="https://last.example", message="last")
    assert texts(changed)[8] == "first"
    assert texts(reworded(trace, "first", "last", seqs=[7]))[1] == "first"


def test_what_moves_keeps_its_order_and_leaves_its_answer() -> None:
    moved = move(TRACE, [1], before=6)
    assert texts(moved) == ["go", "a", "A", "b", "B", "first", "done"]
    assert steps(moved) == [1, 2, 3, 4]
    together = move_action(TRACE, action(TRACE), before=7)
    assert texts(together) == ["go", "first", "b", "B", "done", "a", "A"]
    assert steps(move(TRACE, [1, 2], before=7)) == [1, 2, 3, 3]


def test_a_repeated_call_has_an_id_of_its_own_and_an_answer() -> None:
    again = repeat(TRACE, action(TRACE), before=6)
    assert texts(again)[6:8] == ["a-2", "A"]
    assert fresh_call_id(again, "a") == "a-3"
    other = repeat(TRACE, action(TRACE), before=6, answer=ToolResult(call_id="", text="C"), call=call("z", 9, "y"))
    assert texts(other)[6:8] == ["a-2", "C"]
    assert texts(repeat(cut(TRACE, 3), action(cut(TRACE, 3)), before=3)) == ["go", "first", "a", "a-2"]


@given(conforming(), st.data())
@settings(deadline=None, max_examples=60)
def test_steps_count_from_one_and_answers_stay_together_after_any_edit(trace: Trace, data: st.DataObject) -> None:
    seqs = st.integers(0, len(trace.events) - 1)
    before = data.draw(seqs)
    for edited in (
        drop(trace, data.draw(seqs)),
        move(trace, data.draw(st.lists(seqs, max_size=3)), before=before),
        insert(trace, before, said("x")),
    ):
        found = steps(edited)
        assert list(dict.fromkeys(found)) == list(range(1, len(set(found)) + 1))
    assert drop(trace) == insert(trace, before) == move(trace, [], before=before)


# --- what a call carries -------------------------------------------------------------------------------------------


def session_of(ask: Ask) -> tuple[Trace, Action]:
    event: Event = ToolCall(call_id="1", tool=ask.tool, server=ask.server, arguments=ask.arguments, step=1)
    trace = Trace(events=(event,), gateway_servers=frozenset({"agentport", ""}))
    return trace, action(trace)


def meaning(trace: Trace) -> CallTool:
    found = action(trace).meaning
    assert isinstance(found, CallTool)
    return found


@given(wires, infos, infos)
def test_the_info_is_changed_or_taken_away_on_every_surface(wire: Wire, old: str, new: str) -> None:
    trace, made = session_of(wire.call(refund(Random(5)), info=f"why {old}"))
    before = meaning(trace)
    changed, gone = meaning(with_info(trace, made, f"so {new}")), meaning(with_info(trace, made, None))
    assert (changed.info, gone.info) == (f"so {new}", None)
    assert changed.arguments == gone.arguments == before.arguments
    assert (changed.tool, changed.integration, changed.json_output) == (before.tool, before.integration, True)


@given(wires, st.integers(), infos)
def test_an_argument_is_changed_added_or_taken_away_on_every_surface(wire: Wire, amount: int, info: str) -> None:
    task = refund(Random(5))
    trace, made = session_of(wire.call(task, info=f"why {info}"))
    changed = meaning(with_argument(trace, made, ["amount"], amount))
    added = meaning(with_argument(trace, made, ["note", "by"], 'it\'s "me"'))
    gone = meaning(with_argument(trace, made, ["amount"], ABSENT))
    assert changed.arguments == {**task.arguments, "amount": amount}
    assert added.arguments == {**task.arguments, "note": {"by": 'it\'s "me"'}}
    assert gone.arguments == {name: value for name, value in task.arguments.items() if name != "amount"}
    assert changed.info == added.info == gone.info == f"why {info}"


@given(wires)
def test_a_tool_is_renamed_wherever_the_surface_has_its_name(wire: Wire) -> None:
    trace, made = session_of(wire.call(refund(Random(5)), info="why"))
    assert meaning(with_value(trace, made.seq, "create_refund", "delete_refund")).tool == "delete_refund"


def test_an_edit_that_finds_no_hold_gives_the_trace_back() -> None:
    trace, made = session_of(Ask(tool="agentport__call_tool", arguments={"tool_name": "x", "arguments": "broken"}))
    assert with_info(trace, made, "new") is trace
    assert with_arguments(trace, made, {"a": 1}) is trace
    assert with_argument(trace, made, ["a"], 1) is trace
    assert with_value(trace, 0, "absent", "new") is trace
    assert with_value(TRACE, 0, "go", "new") is TRACE
    other, looked = session_of(Ask(tool="read_file", arguments={"path": "x y 'z"}))
    assert with_info(other, looked, "new") is other
    assert with_arguments(other, looked, {"a": 1}) is other
    assert with_argument(other, looked, ["a"], 1) is other
    assert with_value(other, 0, "w", ABSENT) is other


def test_only_the_first_place_of_a_value_is_edited() -> None:
    trace, _ = session_of(Ask(tool="t", arguments={"a": ["v", "v"], "b": "v"}))
    [event] = with_value(trace, 0, "v", "w").events
    assert isinstance(event, ToolCall)
    assert event.arguments == {"a": ["w", "v"], "b": "v"}
    [event] = with_value(trace, 0, "v", ABSENT).events
    assert isinstance(event, ToolCall)
    assert event.arguments == {"a": ["v"], "b": "v"}


def test_a_word_of_a_command_with_an_unclosed_quote_is_left_alone() -> None:
    trace, _ = session_of(Ask(tool="bash", arguments={"command": "echo 'a b --x=c d"}))
    [event] = with_value(trace, 0, "c", "e").events
    assert isinstance(event, ToolCall)
    assert event.arguments == {"command": "echo 'a b --x=e d"}


@pytest.mark.parametrize(
    ("value", "path", "new", "expected"),
    [
        ({"a": [1, 2]}, ("a", 1), 3, {"a": [1, 3]}),
        ({"a": [1, 2]}, ("a", 0), ABSENT, {"a": [2]}),
        ({"a": 1}, ("b", "c"), 2, {"a": 1, "b": {"c": 2}}),
        ({"a": 1}, ("a", "b"), 2, {"a": 1}),
        ([1], (4,), 2, [1]),
        (1, (), 2, 2),
        (1, (), ABSENT, 1),
    ],
)
def test_a_path_leads_to_a_value_or_nowhere(
    value: object, path: tuple[str | int, ...], new: object, expected: object
) -> None:
    assert at_path(value, path, new) == expected  # type: ignore[arg-type]
