from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import cut, heard, insert, said
from agentport_harness.core.exit_codes import mistaken_for_failure
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.seams import turn_may_end
from agentport_harness.core.session import Action, Session, still_pending, waited_on
from agentport_harness.core.sharing import obligations
from agentport_harness.core.stopping import stopped, stops
from agentport_harness.core.trace import AgentMessage, ToolCall, Trace


@rule(
    "AP106",
    level="MUST",
    why="A human may need an hour. An agent that gives up after one poll never hears the decision.",
    mend="Answer “still pending” with another await on the same id, until a decision, expiry, or the human says stop.",
    passes="still pending → await again → still pending → await again → result",
    fails="still pending → “It is still waiting for approval; tell me when you have decided.”",
    taught_in=("agentport-mcp#share-the-url-and-wait", "agentport-cli#share-the-url-and-wait"),
    needs=("results", "human_turns"),
)
def keep_waiting(session: Session) -> Iterator[Observation]:
    """“Still pending” is answered with another await on the same id in the same turn, until a decision, expiry, or
    the human says stop.

    A client's own time-out on an await counts as still pending. Where several waits on one request run side by side,
    one that goes on, or that has told the outcome, is enough. A human who said stop while the wait ran ends the
    duty. In a session that is cut off before the turn was over it is not testable. Exit code 2 reported as a failure is
    exit-code-2's matter alone.
    """
    for action in session.actions:
        request_id = waited_on(action)
        if not request_id or not still_pending(action.outcome) or action.result_seq is None:
            continue
        if _goes_on(session, action, request_id):
            yield Kept(at=action.result_seq)
        elif not session.turn_at(action.result_seq).closed:
            yield Unclear(at=action.result_seq, reason="the recording stops before the turn was over")
        elif not _taken_for_failure(session, action):
            yield Broken(
                at=action.result_seq,
                message="the wait was given up while the request was still pending",
                evidence=action.result.text if action.result else "",
                expected=f"another wait on {request_id} in the same turn",
            )


def _taken_for_failure(session: Session, action: Action) -> bool:
    """Whether a command that waited by itself ended with exit code 2 and was reported as a failure."""
    return isinstance(action.meaning, CallTool) and any(
        owed.opening is action and mistaken_for_failure(session, owed) is not None for owed in obligations(session)
    )


def _goes_on(session: Session, action: Action, request_id: str) -> bool:
    turn = session.turn_at(action.told)
    for wait in session.waits_by_id[request_id]:
        started_after = wait.seq > action.told and wait.seq in turn
        runs_beside = wait is not action and wait.seq < action.told < wait.told
        settled = wait.told < action.told and not still_pending(wait.outcome) and wait is not action
        if started_after or runs_beside or settled:
            return True
    return stopped(session, request_id, action.told) is not None or _stopped_at_once(session, request_id, action)


def _stopped_at_once(session: Session, request_id: str, action: Action) -> bool:
    """Whether the human's stop is the next thing that happens, before the agent could do anything."""
    stop = session.turn_at(action.told).stop
    said = any(isinstance(event, AgentMessage | ToolCall) for event in session.trace.events[action.told + 1 : stop])
    return not said and any(other.seq == stop for other in stops(session).get(request_id, ()))


@keep_waiting.mutation
def hand_the_waiting_over(session: Session) -> Iterable[Trace]:
    """After “still pending” the human has to write before the next wait begins."""
    for action in session.actions:
        request_id = waited_on(action)
        if not request_id or not still_pending(action.outcome) or action.result_seq is None:
            continue
        waits = session.waits_by_id[request_id]
        after = next((wait.seq for wait in waits if wait.seq > action.told), None)
        beside = any(wait.seq < action.told <= wait.told for wait in waits if wait is not action)
        if after is None or beside or stopped(session, request_id, action.told):
            continue
        if not session.humans(action.seq, after) and turn_may_end(session, action.told + 1, but=request_id):
            yield insert(session.trace, action.told + 1, heard("I am looking at the page."))


@keep_waiting.mutation
def give_up(session: Session) -> Iterable[Trace]:
    """After “still pending” the session ends with a report."""
    for action in session.actions:
        request_id = waited_on(action)
        if not request_id or not still_pending(action.outcome) or action.result_seq is None:
            continue
        waits = session.waits_by_id[request_id]
        if any(wait.seq < action.told <= wait.told for wait in waits if wait is not action):
            continue
        open_calls = any(other.seq < action.told < other.told for other in session.actions)
        if (
            not open_calls
            and not stopped(session, request_id, action.told)
            and turn_may_end(session, action.told + 1, but=request_id)
        ):
            ended = cut(session.trace, action.told + 1)
            yield insert(ended, len(ended.events), said("It is still waiting for a decision."))
