from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.call_edits import with_info
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Trace


@rule(
    "AP402",
    level="MUST",
    why="Without `--info` the reviewer sees a bare call and has to guess what it is for.",
    mend="Add `--info '<why>'` to every `ap tools call`: who asked, what for, what it will do.",
    passes="ap tools call --integration stripe --tool create_refund --args '{…}' --info 'Dana was charged twice …' "
    "-o json",
    fails="ap tools call --integration stripe --tool create_refund --args '{…}' -o json",
    needs=("arguments",),
)
def info_flag(session: Session) -> Iterator[Observation]:
    """Every `ap tools call` has `--info`.

    Reads and retries too, since any call can be reviewed. A flag that is there and empty is info-present's matter, what
    it says that of the other rules on `additional_info`; one that sits inside `--args` is info-beside-arguments' alone.
    """
    for action, call in session.calls():
        if call.surface != "shell":
            continue
        if call.info is not None:
            yield Kept(at=action.seq)
        elif call.info_inside is None:
            yield Broken(
                at=action.seq,
                message="ap tools call without --info",
                evidence=f"{call.integration}/{call.tool}",
                expected="--info with a sentence for the reviewer",
            )


@info_flag.mutation
def leave_the_flag_out(session: Session) -> Iterable[Trace]:
    """Each `--info` once taken away."""
    for action, call in session.calls():
        if call.surface == "shell":
            yield with_info(session.trace, action, None)
