from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.call_edits import with_info
from agentport_harness.core.calls import CallTool
from agentport_harness.core.reviewer import says_something
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.schemas import described_parameters
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace


@rule(
    "AP201",
    level="MUST",
    why="The reviewer sees a bare call and has to guess what it is for.",
    mend="Pass `additional_info` beside `arguments` with every call: who asked, what for, what it will do.",
    passes="call_tool(…, additional_info=“Refund for order 1182; Dana (dana@example.com) was charged twice.”)",
    fails="call_tool(integration_id, tool_name, arguments) without additional_info, or with an empty one",
    needs=("arguments",),
)
def info_present(session: Session) -> Iterator[Observation]:
    """Every call of a tool carries a non-empty `additional_info`.

    White space and invisible characters are empty; dots and dashes are a placeholder, which is info-says-why's
    matter. It is asked of every call, since the agent cannot know beforehand
    which will be reviewed, and the log keeps it for all. One that sits inside `arguments` is info-beside-arguments'
    matter alone; a missing `--info` is info-flag's.
    """
    for action, call in session.calls():
        if call.info is None and call.surface == "shell":
            continue
        if says_something(call.info):
            yield Kept(at=action.seq)
        elif call.info is not None or call.info_inside is None or _is_declared(session, action, call):
            yield Broken(
                at=action.seq,
                message="the call carries no additional_info" if call.info is None else "additional_info is empty",
                evidence=f"{call.integration}/{call.tool}",
                expected="a sentence for the reviewer in additional_info, beside the arguments",
            )


def _is_declared(session: Session, action: Action, call: CallTool) -> bool:
    """Whether what sits inside the arguments is a parameter of the upstream tool, and so no misplaced reason."""
    return "additional_info" in described_parameters(session, call.integration, call.tool, before=action.seq)


@info_present.mutation
def leave_the_info_out(session: Session) -> Iterable[Trace]:
    """Each reason once taken away; in the shell a missing flag is another rule's matter."""
    for action, call in session.calls():
        if call.surface != "shell":
            yield with_info(session.trace, action, None)


@info_present.mutation
def blank_the_info(session: Session) -> Iterable[Trace]:
    """Each reason once replaced by white space and an invisible character."""
    for action, _ in session.calls():
        yield with_info(session.trace, action, " \u200b ")
