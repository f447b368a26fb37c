from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.schemas import described_parameters
from agentport_harness.core.session import Session


@rule(
    "AP202",
    level="MUST",
    why="Inside the arguments it is sent to the upstream or dropped, and the reviewer reads nothing.",
    mend="Move `additional_info` out of `arguments`, to the call's top level (`--info` on the command line).",
    passes="call_tool(integration_id, tool_name, arguments={…}, additional_info=“…”)",
    fails="call_tool(integration_id, tool_name, arguments={…, “additional_info”: “…”})",
    taught_in=("agentport-mcp#additional-info", "agentport-cli#say-why"),
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
