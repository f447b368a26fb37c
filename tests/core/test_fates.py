"""What became of each call, and by which words a human would name it."""

from __future__ import annotations

from agentport_harness.core.fates import words_of_wish
from agentport_harness.core.trace import AgentMessage, HumanMessage, Trace
from agentport_harness.surfaces.reading import read_session


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
