from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import CallTool
from agentport_harness.core.edits import repeat
from agentport_harness.core.fates import Matter, matters
from agentport_harness.core.outcomes import OutcomeKind
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Action, Session, still_pending
from agentport_harness.core.stopping import stops
from agentport_harness.core.trace import Trace

_OPEN: frozenset[OutcomeKind] = frozenset({"approval_required", "still_pending"})
_RAN: frozenset[OutcomeKind] = frozenset({"executed", "upstream_failed"})


@rule(
    "AP108",
    level="MUST",
    why="Calling again does not hurry the human; it makes noise, and a slightly different call asks them twice.",
    mend="While a request is pending, wait on its id; make the call again only where a retry consumes the approval.",
    passes="approval required → share the URL → await → await → result",
    fails="approval required → agentport__call_tool with the same arguments again",
    needs=("arguments", "results"),
)
def no_retry_while_pending(session: Session) -> Iterator[Observation]:
    """The gated call is not made again while its request is pending.

    The same call is the same integration, tool and arguments; key order, `1` against `1.0` and another
    `additional_info` make no difference. Pending is from the result that named the URL until the agent is told an end:
    the result, a denial, expiry, or `approved` where a retry consumes the approval. Not a retry are: two calls side
    by side in one answer, a call whose first attempt got no answer (a broken connection), a call with changed
    arguments, `--wait` on the command line (it waits on the same request), a call chained behind a wait in one
    shell command, and a call that the human asked for after having stopped the wait. On the command line and over
    REST, a call that ran shows that the request had been decided.
    """
    for matter in matters(session).values():
        first = next((t for t in matter.tellings if t.kind in _OPEN and isinstance(t.action.meaning, CallTool)), None)
        if first is None:
            continue
        again = [action for action in matter.made if action.seq > first.seq and _retries(session, matter, action)]
        if not again:
            yield Kept(at=first.seq)
        for action in again:
            yield Broken(
                at=action.seq,
                message="the call was made again while its request was pending",
                evidence=f"{matter.call.integration}/{matter.call.tool}",
                expected="a wait on the pending request",
            )


def _retries(session: Session, matter: Matter, action: Action) -> bool:
    call = action.meaning
    if not isinstance(call, CallTool) or call.waits or matter.latest_fate(action.seq) not in _OPEN:
        return False
    if any(t.action.seq == action.seq and t.action.part < action.part for t in matter.tellings):
        return False
    if call.surface in {"shell", "rest"} and action.outcome.kind in _RAN:
        return False
    request_id = matter.request_at(action.seq)
    return not any(stop.lifted < action.seq for stop in stops(session).get(request_id, ()))


@no_retry_while_pending.mutation
def call_again_before_waiting(session: Session) -> Iterable[Trace]:
    """The gated call made again in front of the first wait."""
    for request in session.requests.values():
        opening = request.openings[0]
        wait = next((wait for wait in request.waits if wait.seq > opening.told), None)
        if wait is not None and _can_be_repeated(opening) and wait.seq in session.turn_at(opening.told):
            yield repeat(session.trace, opening, before=wait.seq)


@no_retry_while_pending.mutation
def call_again_after_still_pending(session: Session) -> Iterable[Trace]:
    """The gated call made again between two waits."""
    for request in session.requests.values():
        opening = request.openings[0]
        for wait in request.waits:
            if not still_pending(wait.outcome) or wait.result_seq is None or not _can_be_repeated(opening):
                continue
            if any(other.seq > wait.told and other.turn == wait.turn for other in request.waits):
                yield repeat(session.trace, opening, before=wait.told + 1)


def _can_be_repeated(opening: Action) -> bool:
    return (
        isinstance(opening.meaning, CallTool)
        and not opening.meaning.waits
        and opening.part == 0
        and opening.outcome.kind == "approval_required"
    )
