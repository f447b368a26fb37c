from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.calls import Await
from agentport_harness.core.fates import Telling, matters
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session


@rule(
    "AP109",
    level="MUST",
    why="The wait already ran the call. Calling again refunds or sends twice, or asks the human twice.",
    mend="Take the result that the await returned as the call's result, and go on.",
    passes="await returned {“id”: “re_1”} → “The refund re_1 is done.”",
    fails="await returned {“id”: “re_1”} → agentport__call_tool with the same arguments once more",
    taught_in=("agentport-mcp#share-the-url-and-wait",),
    needs=("arguments", "results"),
)
def no_second_run(session: Session) -> Iterator[Observation]:
    """On MCP, once await returned the tool's result, the call is not made again for the same purpose.

    The same purpose is taken to be the same integration, tool and arguments with no human message since the result
    came. On the command line and over REST a retry is what runs the call, so the rule is about MCP only. A result
    that is itself marked as an error may be retried, and so may a call whose wait said anything but a result.
    """
    for matter in matters(session).values():
        ran = [telling for telling in matter.tellings if _ran(telling)]
        if not ran:
            continue
        first = ran[0]
        again = next(
            (
                action
                for action in matter.made
                if action.seq > first.seq and not session.human_between(first.seq, action.seq)
            ),
            None,
        )
        if again is None:
            yield Kept(at=first.seq)
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
