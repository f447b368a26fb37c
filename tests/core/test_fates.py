"""What the agent knew of a call, and the words by which a human would name it."""

from __future__ import annotations

from agentport_harness.core.fates import matters, words_about, words_of_wish
from agentport_harness.core.trace import AgentMessage, HumanMessage
from tests.core.recorded import parked, recorded, waited


def test_what_is_known_of_a_call_follows_what_was_told_of_it() -> None:
    session = recorded(HumanMessage(text="go"), parked(), waited("still_pending"), waited("denied_by_human"))
    [matter] = matters(session).values()
    assert [matter.fate(seq) for seq in (1, 3, 5, 7)] == [
        "unanswered",
        "approval_required",
        "still_pending",
        "denied_by_human",
    ]


def test_a_wish_is_all_that_the_human_wrote_before_the_agent_began() -> None:
    session = recorded(
        HumanMessage(text="refund Dana"),
        HumanMessage(text="today"),
        AgentMessage(text="invoice", step=1),
        parked(order="A7781"),
        HumanMessage(text="thanks, weather tomorrow"),
    )
    assert words_of_wish(session, 1) >= {"dana", "today"}
    assert "invoic" not in words_of_wish(session, 1)
    assert "weather" in words_of_wish(session, 2)
    assert words_about(session, session.actions[0]) >= {"refund", "a7781", "dana", "strip"}
