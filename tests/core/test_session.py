"""Turns are opened by the human, or by the agent once the client said that the last one was over."""

from __future__ import annotations

from agentport_harness.core.trace import AgentMessage, HumanMessage, TurnEnd
from tests.core.recorded import recorded


def test_an_agent_that_goes_on_after_the_end_of_a_turn_opens_another() -> None:
    session = recorded(
        HumanMessage(text="go"),
        AgentMessage(text="done", step=1),
        TurnEnd(),
        AgentMessage(text="by the way", step=2),
        HumanMessage(text="and"),
        HumanMessage(text="this"),
    )
    assert [(turn.start, turn.stop) for turn in session.turns] == [(0, 3), (3, 4), (4, 6)]
    assert [turn.closed for turn in session.turns] == [True, True, False]
