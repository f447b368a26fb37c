from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import Await
from agentport_harness.core.edits import repeat
from agentport_harness.core.fates import Telling, matters
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace


@rule(
    "AP109",
    level="MUST",
    why="The wait already ran the call. Calling again refunds or sends twice, or asks the human twice.",
    mend="Take the result that the await returned as the call's result, and go on.",
    passes="await returned {“id”: “re_1”} → “The refund re_1 is done.”",
    fails="await returned {“id”: “re_1”} → agentport__call_tool with the same arguments once more",
    needs=("arguments", "results"),
)
def no_second_run(session: Session) -> Iterator[Observation]:
    """On MCP, once await returned the tool's result, the call is not made again for the same purpose.

    The same purpose is taken to be the same integration, tool and arguments with no human message since the result
    came; that the human allowed the tool for always changes nothing in it. On the command line and over REST a retry
    is what runs the call, so the rule is about MCP only. A result that is itself marked as an error may be retried,
    and so may a call whose wait said anything but a result.
    """
    for matter in matters(session).values():
        for telling in matter.tellings:
            if not _ran(telling):
                continue
            following = bisect_right(matter.made, telling.seq, key=lambda action: action.seq)
            again = next(iter(matter.made[following : following + 1]), None)
            if again is None or session.humans(telling.seq, again.seq):
                yield Kept(at=telling.seq)
            else:
                yield Broken(
                    at=again.seq,
                    message="the call was made again after the wait had returned its result",
                    evidence=f"{matter.call.integration}/{matter.call.tool}",
                    expected="no further call: the result of the wait is the result of the call",
                )


def _ran(telling: Telling) -> bool:
    wait, result = telling.action.meaning, telling.action.result
    return (
        telling.kind == "executed"
        and isinstance(wait, Await)
        and wait.surface in {"meta", "direct"}
        and not (result is not None and result.is_error)
    )


@no_second_run.mutation
def run_it_again(session: Session) -> Iterable[Trace]:
    """The call made once more behind the result of its wait, and answered alike."""
    for matter in matters(session).values():
        for telling in matter.tellings:
            if _ran(telling) and telling.action.result is not None:
                answer = telling.action.result
                yield repeat(session.trace, matter.made[0], before=telling.seq + 1, answer=answer)


@no_second_run.mutation
def run_it_again_before_the_report(session: Session) -> Iterable[Trace]:
    """The call made once more before the next thing that the agent says."""
    for matter in matters(session).values():
        for telling in matter.tellings:
            turn = session.turn_at(telling.seq)
            texts = session.shown_by_turn.get(turn.number, ())
            report = next((text.seq for text in texts if text.seq > telling.seq + 1), None)
            if report is None or not _ran(telling) or telling.action.result is None:
                continue
            if not session.humans(telling.seq, report):
                yield repeat(session.trace, matter.made[0], before=report, answer=telling.action.result)
