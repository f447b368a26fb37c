"""What a parked call obliges the agent to show, and the texts that count as having shown it."""

from __future__ import annotations

from agentport_harness.core.sharing import obligations, showings
from agentport_harness.core.trace import AgentMessage, HumanMessage
from tests.core.recorded import URL, asked, parked, recorded


def test_a_request_named_again_in_a_later_turn_is_owed_anew_and_an_earlier_showing_counts() -> None:
    session = recorded(
        HumanMessage(text="go"),
        parked(),
        parked(),
        AgentMessage(text=f"Please approve: {URL}", step=2),
        HumanMessage(text="and?"),
        parked(),
    )
    first, second = obligations(session)
    assert [(owed.turn.number, owed.since) for owed in (first, second)] == [(1, 2), (2, 8)]
    for owed in (first, second):
        assert [(text.seq, seen.how) for text, seen in showings(session, owed)] == [(5, "whole")]


def test_an_answer_without_a_url_owes_nothing() -> None:
    answer = {"outcome": "approval_required", "request_id": "r-1"}
    session = recorded(HumanMessage(text="go"), asked("call_tool", answer, integration_id="a", tool_name="b"))
    assert list(session.requests) == ["r-1"]
    assert list(obligations(session)) == []
