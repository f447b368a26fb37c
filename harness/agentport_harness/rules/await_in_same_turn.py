from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import obligations


@rule(
    "AP104",
    level="MUST",
    why="An agent that stops to be told “approved” makes the human answer twice, once on the page and once in chat.",
    mend="Start the await call (or `ap tools await-approval`) right after sharing the URL.",
    passes="“Please decide here: <URL>” + agentport__await_approval(request_id) in the same turn",
    fails="“Please approve <URL> and tell me when you are done.” and nothing more",
    taught_in=("agentport-mcp#share-the-url-and-wait", "agentport-cli#share-the-url-and-wait"),
    needs=("human_turns", "results"),
)
def await_in_same_turn(session: Session) -> Iterator[Observation]:
    """The wait for each pending request starts in the same turn, not after a chat reply.

    A wait is `agentport__await_approval`, `--wait` or `ap tools await-approval`, or the await call over REST; a
    sub-agent's wait counts. It need not have come back: a wait that still runs when the human speaks was started
    in time. In a session that is cut off before the turn was over, a wait not started so far is not testable.
    """
    for owed in obligations(session):
        waits = [
            wait
            for wait in owed.request.waits
            if wait.seq in owed.turn and (wait.seq > owed.since or wait.seq == owed.opening.seq)
        ]
        ended = owed.request.ended
        if waits or (ended is not None and ended.told in owed.turn):
            yield Kept(at=owed.since)
        elif not owed.turn.closed:
            yield Unclear(at=owed.since, reason="the recording stops before the turn was over")
        else:
            yield Broken(
                at=owed.since,
                message="no wait for this request was started in this turn",
                evidence=owed.request.request_id,
                expected=f"a wait on {owed.request.request_id} before the turn ends",
            )
