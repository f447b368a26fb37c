"""Where a turn may end with nothing owed to the human."""

from __future__ import annotations

import pytest

from agentport_harness.core.seams import first_wait, turn_may_end
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import obligations
from agentport_harness.core.trace import AgentMessage, HumanMessage
from tests.core.recorded import ID, URL, parked, recorded, waited


def told(outcome: str, last: str) -> Session:
    """A refund is parked at event 2, shown at 3, waited for at 4 and 6, decided at 7 and told of at 8."""
    return recorded(
        HumanMessage(text="refund Dana"),
        parked(),
        AgentMessage(text=f"Please approve: {URL}", step=2),
        waited("still_pending"),
        waited(outcome),
        AgentMessage(text=last, step=5),
        HumanMessage(text="thanks"),
        AgentMessage(text="Welcome.", step=6),
    )


DENIED = told("denied_by_human", "Your request was denied.")


@pytest.mark.parametrize(
    ("seq", "but", "may"),
    [
        (2, "", True),  # nothing has been answered yet
        (3, "", False),  # the URL is not shown
        (3, ID, False),
        (4, "", False),  # nobody waits
        (4, ID, True),
        (6, "", False),  # the wait came back pending
        (6, ID, True),
        (7, "", True),  # it is waited for again
        (8, "", False),  # the denial is not told
        (9, "", True),
        (11, "", True),  # another turn owes nothing
    ],
)
def test_a_turn_may_end_once_all_is_shown_waited_on_and_told(seq: int, but: str, may: bool) -> None:
    assert turn_may_end(DENIED, seq, but=but) is may


def test_an_expiry_is_owed_to_the_human_too() -> None:
    expired = told("expired", "It ran out of time.")
    assert [turn_may_end(expired, seq) for seq in (8, 9)] == [False, True]


def test_the_first_wait_is_the_one_after_the_answer_in_its_turn() -> None:
    [owed] = obligations(DENIED)
    assert first_wait(owed) == 4
    [alone] = obligations(recorded(HumanMessage(text="refund Dana"), parked()))
    assert first_wait(alone) is None
