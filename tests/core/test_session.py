"""Sessions: turns that share out the events, requests with their calls and waits, and questions about stretches."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentport_harness.core.calls import CallTool
from agentport_harness.core.session import Session, waited_on
from agentport_harness.core.trace import (
    AgentMessage,
    Event,
    HumanMessage,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UrlPrompt,
)
from agentport_harness.surfaces.reading import read_session
from tests.rules.generator import conforming
from tests.rules.hostile import traces

LOOSE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
ID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"
HUMAN, AGENT, END = HumanMessage(text="go"), AgentMessage(text="ok", step=1), TurnEnd()


def call(call_id: str = "1", tool: str = "x", **arguments: str) -> ToolCall:
    return ToolCall(call_id=call_id, tool=tool, arguments=arguments, step=1)


def result(call_id: str = "1", text: str = "") -> ToolResult:
    return ToolResult(call_id=call_id, text=text)


def turns(*events: Event, lacks: Sequence[str] = ()) -> list[tuple[int, int, bool]]:
    session = read_session(Trace(events=events, lacks=frozenset(lacks)))  # type: ignore[arg-type]
    return [(turn.start, turn.stop, turn.closed) for turn in session.turns]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), [(0, 0, False)]),
        ((HUMAN,), [(0, 1, False)]),
        ((HUMAN, AGENT), [(0, 2, True)]),
        ((HUMAN, HUMAN, AGENT, HUMAN, AGENT), [(0, 3, True), (3, 5, True)]),
        ((HUMAN, call()), [(0, 2, False)]),
        ((HUMAN, call(), result()), [(0, 3, False)]),
        ((HUMAN, call(), AGENT), [(0, 3, False)]),
        ((HUMAN, call(), result(), AGENT), [(0, 4, True)]),
        ((HUMAN, call(), END), [(0, 3, True)]),
        ((HUMAN, AGENT, END, AGENT), [(0, 3, True), (3, 4, True)]),
        ((HUMAN, AGENT, END, HUMAN, call()), [(0, 3, True), (3, 5, False)]),
        ((AGENT, UrlPrompt(url="u")), [(0, 2, True)]),
    ],
)
def test_a_turn_goes_to_the_next_human_message_and_is_over_when_the_agent_had_finished(
    events: tuple[Event, ...], expected: list[tuple[int, int, bool]]
) -> None:
    assert turns(*events) == expected


def test_a_call_without_a_result_is_not_open_where_results_are_not_recorded() -> None:
    assert turns(HUMAN, call(), AGENT, lacks=["results"]) == [(0, 3, True)]


@given(traces)
@LOOSE
def test_turns_share_out_all_events_and_every_action_is_in_its_turn(trace: Trace) -> None:
    session = read_session(trace)
    assert session.turns[0].start == 0
    assert session.turns[-1].stop == len(trace.events)
    for number, turn in enumerate(session.turns, 1):
        assert turn.number == number
        assert session.turn(number) is turn
    for one, following in zip(session.turns, session.turns[1:], strict=False):
        assert one.stop == following.start
        assert one.closed
    for seq in range(len(trace.events)):
        assert seq in session.turn_at(seq)
        assert "x" not in session.turn_at(seq)
    for action in session.actions:
        assert action.seq in session.turn(action.turn)
        assert action.told > action.seq


@given(traces, st.integers(0, 16), st.integers(0, 16))
@LOOSE
def test_a_stretch_of_a_session_holds_what_stands_in_it(trace: Trace, start: int, stop: int) -> None:
    session = read_session(trace)
    humans = [event for seq, event in session.human_messages() if start < seq < stop]
    assert list(session.human_between(start, stop)) == humans
    inside = [action for action in session.actions if start <= action.seq < stop]
    assert list(session.actions_between(start, stop)) == inside
    for request in session.requests.values():
        for turn in session.turns:
            assert list(request.waits_in(turn)) == [wait for wait in request.waits if wait.seq in turn]


@given(traces)
@LOOSE
def test_requests_are_opened_by_calls_and_hold_every_wait_that_names_them(trace: Trace) -> None:
    session = read_session(trace)
    for request_id, request in session.requests.items():
        assert request_id
        assert all(isinstance(action.meaning, CallTool) for action in request.openings)
        assert list(request.waits) == list(session.waits_by_id.get(request_id, ()))
        assert request.ended is None or request.ended in (*request.openings, *request.waits)
    for request_id, waits in session.waits_by_id.items():
        assert {waited_on(wait) for wait in waits} == {request_id}


@given(conforming())
@LOOSE
def test_the_human_is_shown_the_agents_text_and_prompts_but_no_sub_agents(trace: Trace) -> None:
    session: Session = read_session(trace)
    shown = {text.seq for text in session.shown}
    for seq, event in enumerate(trace.events):
        seen = isinstance(event, UrlPrompt) or (isinstance(event, AgentMessage) and not event.actor)
        assert (seq in shown) == seen
    assert [text for turn in session.turns for text in session.shown_by_turn.get(turn.number, ())] == list(
        session.shown
    )


def test_a_wait_by_url_names_the_requests_id() -> None:
    url = f"https://gw.example/approve/{ID}/"
    command = f"ap tools await-approval --approval-url {url} -o json"
    [action] = read_session(Trace(events=(call(tool="bash", command=command),))).actions
    assert waited_on(action) == ID
