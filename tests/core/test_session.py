"""What a trace becomes when it is read as a session: turns, actions and requests."""

from __future__ import annotations

from agentport_harness.core.fates import words_of_wish
from agentport_harness.core.session import turns_of
from agentport_harness.core.trace import AgentMessage, HumanMessage, Trace, TurnEnd
from agentport_harness.surfaces.reading import read_session


def test_an_agent_that_goes_on_after_the_client_ended_the_turn_begins_another() -> None:
    trace = Trace(
        events=(
            HumanMessage(text="Refund order 1182."),
            AgentMessage(text="Looking.", step=1),
            TurnEnd(),
            AgentMessage(text="Still looking.", step=2),
        )
    )
    assert [(turn.start, turn.stop, turn.closed) for turn in turns_of(trace)] == [(0, 3, True), (3, 4, True)]


def test_messages_of_the_human_that_follow_each_other_open_one_turn() -> None:
    trace = Trace(events=(HumanMessage(text="Refund order 1182."), HumanMessage(text="For Dana.")))
    (turn,) = turns_of(trace)
    assert (turn.start, turn.stop, turn.closed) == (0, 2, False)


def test_the_wish_of_a_turn_is_all_that_the_human_wrote_before_the_agent_did_anything() -> None:
    trace = Trace(
        events=(
            HumanMessage(text="Refund order 1182."),
            HumanMessage(text="For Dana."),
            AgentMessage(text="Looking.", step=1),
            HumanMessage(text="Thanks."),
            HumanMessage(text="Hurry, Ruiz waits."),
        )
    )
    session = read_session(trace)
    assert words_of_wish(session, 1) == {"refund", "order", "1182", "dana"}
    assert "ruiz" in words_of_wish(session, 2)
