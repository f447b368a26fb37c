from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from agentport_harness.core.call_edits import with_argument, with_info
from agentport_harness.core.calls import CallTool
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.schemas import described_parameters
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace


@rule(
    "AP202",
    level="MUST",
    why="Inside the arguments it is sent to the upstream or dropped, and the reviewer reads nothing.",
    mend="Move `additional_info` out of `arguments`, to the call's top level (`--info` on the command line).",
    passes="call_tool(integration_id, tool_name, arguments={…}, additional_info=“…”)",
    fails="call_tool(integration_id, tool_name, arguments={…, “additional_info”: “…”})",
    needs=("arguments",),
)
def info_beside_arguments(session: Session) -> Iterator[Observation]:
    """`additional_info` sits beside `arguments`, never inside them.

    A parameter of the upstream tool that is itself named `additional_info` is no fault, once its described schema
    declares it. On the direct surface it is a property of the arguments by design, so the rule does not apply there.
    On the command line, inside `--args` is the same fault.
    """
    for action, call in session.calls():
        if call.surface == "direct" or (call.info is None and call.info_inside is None):
            continue
        declared = described_parameters(session, call.integration, call.tool, before=action.seq)
        if call.info_inside is None or "additional_info" in declared:
            yield Kept(at=action.seq)
        else:
            yield Broken(
                at=action.seq,
                message="additional_info sits inside the arguments",
                evidence=call.info_inside,
                expected="additional_info beside arguments, at the call's top level",
            )


@info_beside_arguments.mutation
def move_the_info_inside(session: Session) -> Iterable[Trace]:
    """Each reason once moved from beside the arguments into them, where no other call repeats these arguments."""
    for action, call in _once(session):
        without = with_info(session.trace, action, None)
        yield with_argument(without, action, ["additional_info"], call.info)


@info_beside_arguments.mutation
def repeat_the_info_inside(session: Session) -> Iterable[Trace]:
    """Each reason once repeated among the arguments, where no other call repeats these arguments."""
    for action, call in _once(session):
        yield with_argument(session.trace, action, ["additional_info"], call.info)


def _once(session: Session) -> Iterator[tuple[Action, CallTool]]:
    """The calls of tools that the session calls once, with a reason beside their arguments."""
    times = Counter((call.integration, call.tool) for _, call in session.calls())
    for action, call in session.calls():
        declared = described_parameters(session, call.integration, call.tool, before=action.seq)
        alone = times[call.integration, call.tool] == 1 and "additional_info" not in declared
        if alone and call.surface != "direct" and call.info and isinstance(call.arguments, Mapping):
            yield action, call
