from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import cut, heard, insert
from agentport_harness.core.exit_codes import mistaken_for_failure
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.seams import first_wait, turn_may_end
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import Obligation, obligations
from agentport_harness.core.trace import AgentMessage, Trace


@rule(
    "AP104",
    level="MUST",
    why="An agent that stops to be told “approved” makes the human answer twice, once on the page and once in chat.",
    mend="Start the await call (or `ap tools await-approval`) right after sharing the URL.",
    passes="“Please decide here: <URL>” + agentport__await_approval(request_id) in the same turn",
    fails="“Please approve <URL> and tell me when you are done.” and nothing more",
    needs=("human_turns", "results"),
)
def await_in_same_turn(session: Session) -> Iterator[Observation]:
    """The wait for each pending request starts in the same turn, not after a chat reply.

    A wait is `agentport__await_approval`, `--wait` or `ap tools await-approval`, or the await call over REST; a
    sub-agent's wait counts. It need not have come back: a wait that still runs when the human speaks was started
    in time. In a session that is cut off before the turn was over, a wait not started so far is not testable. A turn
    that reports exit code 2 as a failure is exit-code-2's matter alone.
    """
    for owed in obligations(session):
        waits = [
            wait for wait in owed.request.waits_in(owed.turn) if wait.seq > owed.since or wait.seq == owed.opening.seq
        ]
        ended = owed.request.ended
        if waits or (ended is not None and ended.told in owed.turn):
            yield Kept(at=owed.since)
        elif not owed.turn.closed:
            yield Unclear(at=owed.since, reason="the recording stops before the turn was over")
        elif mistaken_for_failure(session, owed) is None:
            yield Broken(
                at=owed.since,
                message="no wait for this request was started in this turn",
                evidence=owed.request.request_id,
                expected=f"a wait on {owed.request.request_id} before the turn ends",
            )


@await_in_same_turn.mutation
def ask_to_be_told(session: Session) -> Iterable[Trace]:
    """The human has to answer in chat before the first wait begins."""
    for owed in obligations(session):
        start = first_wait(owed)
        if start is None or owed.opening.seq in {wait.seq for wait in owed.request.waits}:
            continue
        if turn_may_end(session, start, but=owed.request.request_id):
            yield insert(session.trace, start, heard("I have decided."))


@await_in_same_turn.mutation
def stop_after_the_url(session: Session) -> Iterable[Trace]:
    """The session ends with the message that shows the URL."""
    for owed in obligations(session):
        start = first_wait(owed)
        if start is None or owed.opening.seq in {wait.seq for wait in owed.request.waits}:
            continue
        last = session.trace.events[start - 1]
        open_calls = any(action.told >= start for action in session.actions_between(owed.turn.start, start))
        if not isinstance(last, AgentMessage) or last.actor or open_calls or _only_waits_show_the_gateway(owed):
            continue
        if turn_may_end(session, start, but=owed.request.request_id):
            yield cut(session.trace, start)


def _only_waits_show_the_gateway(owed: Obligation) -> bool:
    """Whether the call may be recognised only by the wait that follows it: a direct tool's."""
    return isinstance(owed.opening.meaning, CallTool) and owed.opening.meaning.surface == "direct"
