from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.edits import move, move_action
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.seams import first_wait, human_is_next
from agentport_harness.core.session import Action, Session, still_pending, waited_on
from agentport_harness.core.sharing import Obligation, obligations, showings
from agentport_harness.core.trace import Trace


@rule(
    "AP103",
    level="MUST",
    why="An agent that waits first blocks on a human who has seen nothing; the request expires unread.",
    mend="Write the message with the URL first, or in the same answer as the await call.",
    passes="message with the URL, then agentport__await_approval",
    fails="agentport__await_approval, and the URL only after it came back",
    needs=("assistant_text", "results"),
)
def share_before_waiting(session: Session) -> Iterator[Observation]:
    """The URL is shown before, or in the same message as, the first blocking wait on it.

    Text and wait in one answer of the model conform in either order. Only whole showings count, so that a turn with
    altered ones alone is approval-url-verbatim's matter, and a turn with none is share-approval-url's. A command
    that waits by itself (`--wait`) shows its URL only while it blocks; what is judged is the first wait after it
    came back.
    """
    for owed in obligations(session):
        waits = [wait for wait in owed.request.waits_in(owed.turn) if wait.seq > owed.since]
        if not waits:
            continue
        first = waits[0]
        shown = [text for text, seen in showings(session, owed) if seen.how == "whole"]
        if any(text.seq < first.seq or text.step == first.step for text in shown):
            yield Kept(at=first.seq)
        elif shown:
            yield Broken(
                at=first.seq,
                message="the wait began before the human had seen the URL",
                evidence=owed.request.url,
                expected="the URL in a message before this wait, or in the same one",
            )
        elif not owed.turn.closed:
            yield Unclear(at=first.seq, reason="the recording stops before the turn was over")


@share_before_waiting.mutation
def share_after_the_first_wait(session: Session) -> Iterable[Trace]:
    """The messages with a URL moved behind the first wait on it."""
    for owed in obligations(session):
        wait = next((wait for wait in owed.request.waits if wait.seq == first_wait(owed)), None)
        shown = [text.seq for text, _ in showings(session, owed)]
        if wait is None or wait.result_seq is None or wait.result_seq not in owed.turn or not shown:
            continue
        if owed.since < min(shown) and max(shown) < wait.seq and _nothing_else_waits(session, owed, min(shown), wait):
            yield move(session.trace, shown, before=wait.result_seq + 1)


@share_before_waiting.mutation
def wait_before_sharing(session: Session) -> Iterable[Trace]:
    """The first wait moved in front of the message with the URL, when it comes back pending."""
    for owed in obligations(session):
        wait = next((wait for wait in owed.request.waits if wait.seq == first_wait(owed)), None)
        shown = [text.seq for text, _ in showings(session, owed)]
        if wait is None or wait.result_seq is None or not shown or not owed.since < min(shown) < wait.seq:
            continue
        if still_pending(wait.outcome) and _nothing_else_waits(session, owed, min(shown), wait):
            yield move_action(session.trace, wait, before=min(shown))


def _nothing_else_waits(session: Session, owed: Obligation, start: int, wait: Action) -> bool:
    """Whether between the message and the wait's answer no other request is decided and the human says nothing."""
    said = session.humans(start, wait.told) or human_is_next(session, wait.told)
    return not said and all(
        action is wait or not waited_on(action)
        for action in session.actions_between(start, min(wait.told, owed.turn.stop))
    )
