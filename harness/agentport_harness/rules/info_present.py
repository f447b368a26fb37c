from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.reviewer import says_something
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session


@rule(
    "AP201",
    level="MUST",
    why="The reviewer sees a bare call and has to guess what it is for.",
    mend="Pass `additional_info` beside `arguments` with every call: who asked, what for, what it will do.",
    passes="call_tool(…, additional_info=“Refund for order 1182; Dana (dana@example.com) was charged twice.”)",
    fails="call_tool(integration_id, tool_name, arguments) without additional_info, or with an empty one",
    taught_in=("agentport-mcp#additional-info", "agentport-cli#say-why"),
    needs=("arguments",),
)
def info_present(session: Session) -> Iterator[Observation]:
    """Every call of a tool carries a non-empty `additional_info`.

    White space and invisible characters are empty. It is asked of every call, since the agent cannot know beforehand
    which will be reviewed, and the log keeps it for all. One that sits inside `arguments` is info-beside-arguments'
    matter alone; a missing `--info` is info-flag's.
    """
    for action, call in session.calls():
        if call.info is None and call.surface == "shell":
            continue
        if says_something(call.info):
            yield Kept(at=action.seq)
        elif not (call.info is None and call.info_inside is not None):
            yield Broken(
                at=action.seq,
                message="the call carries no additional_info" if call.info is None else "additional_info is empty",
                evidence=f"{call.integration}/{call.tool}",
                expected="a sentence for the reviewer in additional_info, beside the arguments",
            )
