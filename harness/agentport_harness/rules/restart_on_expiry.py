from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import drop, repeat
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.seams import turn_may_end
from agentport_harness.core.session import Action, Session, waited_on
from agentport_harness.core.trace import ToolResult, Trace

_MOST_CHECKED = 200
"""Calls behind an expiry among which a fresh one is looked for."""


@rule(
    "AP113",
    level="SHOULD",
    why="Nobody can decide an expired request any more: waiting on it again is waiting for nothing.",
    mend="Say that the request expired; if the human still wants it, make the call anew and share the new URL.",
    passes="expired → “The request expired before anybody decided. Shall I ask again?”",
    fails="expired → agentport__await_approval on the same id again",
    needs=("results",),
)
def restart_on_expiry(session: Session) -> Iterator[Observation]:
    """An expired request is not awaited again: say so, and make a fresh call (new URL) if the human still wants it.

    Broken are a later wait on the same id, and a turn that ends without a word after the expiry and without a fresh
    call. What the word says is not weighed here: a claim that the call ran is truthful-outcome's matter. Two waits
    that ran side by side may both come back as expired.
    """
    seen: set[str] = set()
    for action in sorted(session.actions, key=lambda action: action.told):
        request_id = waited_on(action) or action.outcome.request_id
        if action.outcome.kind != "expired" or request_id in seen:
            continue
        seen.add(request_id)
        again = next((wait for wait in session.waits_by_id.get(request_id, ()) if wait.seq > action.told), None)
        if again is not None:
            yield Broken(
                at=again.seq,
                message="an expired request was awaited again",
                evidence=request_id,
                expected="to say that it expired, and a fresh call if it is still wanted",
            )
        elif _went_on(session, action):
            yield Kept(at=action.told)
        elif not session.turn_at(action.told).closed or "assistant_text" in session.trace.lacks:
            yield Unclear(at=action.told, reason="the recording does not show what followed the expiry")
        else:
            yield Broken(
                at=action.told,
                message="the human was not told that the request expired",
                evidence=request_id,
                expected="a message that says so, or a fresh call",
            )


def _went_on(session: Session, action: Action) -> bool:
    turn = session.turn_at(action.told)
    if any(text.seq > action.told for text in session.shown_by_turn.get(turn.number, ())[-1:]):
        return True
    later = session.actions_between(action.told, turn.stop, most=_MOST_CHECKED)
    return any(isinstance(other.meaning, CallTool) for other in later)


@restart_on_expiry.mutation
def await_it_again(session: Session) -> Iterable[Trace]:
    """One more wait on the expired request, with the same answer."""
    for action, _ in session.awaits():
        if action.outcome.kind == "expired" and action.result_seq is not None:
            yield repeat(session.trace, action, before=action.result_seq + 1)


@restart_on_expiry.mutation
def say_nothing(session: Session) -> Iterable[Trace]:
    """Everything dropped that the turn says after the expiry, where the human wrote next."""
    for action in session.actions:
        if action.outcome.kind != "expired" or action.result_seq is None:
            continue
        turn = session.turn_at(action.result_seq)
        texts = [text.seq for text in session.shown_by_turn.get(turn.number, ()) if text.seq > action.told]
        later = session.actions_between(action.told, turn.stop)
        beside = session.trace.events[action.told + 1 : texts[0]] if texts else ()
        if (
            turn.number < len(session.turns)
            and texts
            and not later
            and not any(isinstance(event, ToolResult) for event in beside)
            and turn_may_end(session, action.told, but=waited_on(action))
        ):
            yield drop(session.trace, *texts)
