"""Where a turn may be ended, so that a fault put in there breaks one rule and leaves no other thing undone."""

from __future__ import annotations

from agentport_harness.core.claims import tells_denial
from agentport_harness.core.fates import denials
from agentport_harness.core.session import Session, still_pending, waited_on
from agentport_harness.core.sharing import Obligation, obligations, showings
from agentport_harness.core.trace import HumanMessage


def turn_may_end(session: Session, seq: int, *, but: str = "") -> bool:
    """Whether the turn of event ``seq`` could end before it with nothing owed.

    Every request that the turn opened is shown and waited on, no wait came back pending that is not taken up again
    before, and every denial and expiry is told. The waits on the request ``but`` do not count.
    """
    turn = session.turn_at(seq)
    for owed in obligations(session):
        if owed.turn.number != turn.number or owed.since >= seq:
            continue
        awaited = owed.request.request_id == but or _waited_on(owed, seq)
        if not awaited or not _shown_before(session, owed, seq):
            return False
    for action in session.actions_between(turn.start, seq):
        request_id = waited_on(action)
        if request_id and request_id != but and still_pending(action.outcome) and action.told < seq:
            waits = session.waits_by_id[request_id]
            if not any(action.told < wait.seq < seq or wait.seq < action.told < wait.told for wait in waits):
                return False
    told = [text for text in session.shown_by_turn.get(turn.number, ()) if text.seq < seq]
    ended = [action for action in session.actions if action.outcome.kind == "expired" and action.told < seq]
    if any(action.told >= turn.start and not any(text.seq > action.told for text in told) for action in ended):
        return False
    return all(
        any(text.seq > denial.seq and tells_denial(text.text) for text in told)
        for denial, _ in denials(session)
        if turn.start <= denial.seq < seq
    )


def human_is_next(session: Session, seq: int) -> bool:
    """Whether event ``seq`` is the last before the human speaks, so that what comes between is the agent's delay."""
    events = session.trace.events
    return seq + 1 < len(events) and isinstance(events[seq + 1], HumanMessage)


def _shown_before(session: Session, owed: Obligation, seq: int) -> bool:
    """Whether the URL was shown whole before event ``seq``."""
    return any(text.seq < seq and seen.how == "whole" for text, seen in showings(session, owed))


def _waited_on(owed: Obligation, seq: int) -> bool:
    ended = owed.request.ended
    return any(owed.since < wait.seq < seq or wait.seq == owed.opening.seq for wait in owed.request.waits) or (
        ended is not None and ended.told < seq
    )


def first_wait(owed: Obligation) -> int | None:
    """The event at which the first wait after the answer began, None when there is none in that turn."""
    return next((wait.seq for wait in owed.request.waits if wait.seq > owed.since and wait.seq in owed.turn), None)
