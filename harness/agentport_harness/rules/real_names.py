from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from agentport_harness.core.call_edits import with_value
from agentport_harness.core.calls import CallTool, Discover, UnknownGatewayTool
from agentport_harness.core.edits import repeat
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.schemas import named_anywhere, offered
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import ToolResult, Trace

_UNKNOWN = re.compile(
    r"unknown tool|no such tool|tool not found|tool .{0,80}(?:not found|does not exist|is not (?:available|"
    r"registered|known))|method not found|invalid tool",
    re.IGNORECASE,
)

_CLIENTS_OWN = frozenset({"authenticate", "complete_authentication", "list_resources", "read_resource", "get_prompt"})
"""Tools that clients add to a server by themselves."""


@rule(
    "AP306",
    level="MUST",
    why="A guessed name puts a call before the human that cannot run, or that runs something nobody looked at.",
    mend="Call only tools that a listing named; on the meta surface put integration and tool into "
    "`agentport__call_tool`.",
    passes="list_integration_tools(“stripe”) names create_refund → call_tool(“stripe”, “create_refund”, …)",
    fails="call_tool(“stripe”, “refund_customer”, …), which no listing named; or the tool stripe__create_refund "
    "called directly",
    needs=("arguments", "results"),
)
def real_names(session: Session) -> Iterator[Observation]:
    """Only tools that the gateway listed are called; on the meta surface upstream tools go through
    `agentport__call_tool`.

    A tool counts as not listed when the integration's tools were listed without it, or when the gateway said that it
    does not exist; a listing narrowed by a query proves nothing. What was called without any listing is
    describe-before-call's matter. A meta tool that the gateway does not have is not listed, unless the client's own
    list names it or the gateway answers it. Names are read as clients rewrite them, with a server's name before them
    or a namespace beside them (`surfaces/names.py`); calls inside a script, as in Codex's code mode, count like
    others. A direct tool (`stripe__create_refund`) is a fault when the client does not list it and the gateway refuses
    it as unknown, or when this session found the same tool by the meta tools; where direct tools answer, they are
    listed. On REST the rule does not apply.
    """
    for action in session.actions:
        match action.meaning:
            case UnknownGatewayTool(name=name) if name not in _CLIENTS_OWN:
                listed = not {action.call.tool, f"agentport__{name}"}.isdisjoint(session.trace.known_tools)
                yield Kept(at=action.seq) if listed or _was_answered(action) else _broken(action, name)
            case CallTool(surface="meta" | "shell") as call:
                state = offered(session, call.integration, call.tool, before=action.seq)
                if state == "no":
                    yield _broken(action, f"{call.integration}/{call.tool}")
                elif state == "yes":
                    yield Kept(at=action.seq)
            case CallTool(surface="direct") as call:
                yield _broken(action, action.call.tool) if _bypasses(session, action, call) else Kept(at=action.seq)


def _was_answered(action: Action) -> bool:
    """Whether the gateway did something of this name, which is then one of its tools."""
    refused = action.result is None or action.result.is_error or _UNKNOWN.search(action.result.text[:500])
    return action.outcome.kind == "executed" and not refused


def _bypasses(session: Session, action: Action, call: CallTool) -> bool:
    """Whether a direct name was made up from what the meta tools had listed."""
    if action.call.tool in session.trace.known_tools:
        return False
    refused = action.result is not None and action.outcome.kind in (
        "upstream_failed",
        "failed",
        "not_found",
        "executed",
    )
    if refused and action.result is not None and _UNKNOWN.search(action.result.text[:500]):
        return True
    return named_anywhere(session, call.tool, before=action.seq)


def _broken(action: Action, name: str) -> Broken:
    return Broken(
        at=action.seq,
        message="the gateway lists no tool of this name",
        evidence=name,
        expected="the name of a tool that a listing returned, through agentport__call_tool on the meta surface",
    )


@real_names.mutation
def guess_the_tools_name(session: Session) -> Iterable[Trace]:
    """A tool that is called once, under a name that the listing did not name."""
    times = Counter((call.integration, call.tool) for _, call in session.calls())
    for action, call in session.calls():
        absent = offered(session, call.integration, f"{call.tool}_now", before=action.seq) == "no"
        runs = action.outcome.kind in ("executed", "upstream_failed") and times[call.integration, call.tool] == 1
        if absent and runs and call.surface in ("meta", "shell"):
            yield with_value(session.trace, action.seq, call.tool, f"{call.tool}_now")


@real_names.mutation
def make_up_a_meta_tool(session: Session) -> Iterable[Trace]:
    """Before each look at what is offered, one by a tool that the gateway does not have."""
    for action in session.actions:
        if isinstance(action.meaning, Discover) and action.meaning.surface == "meta":
            tool = re.sub(r"agentport__\w+", "agentport__list_everything", action.call.tool)
            refused = ToolResult(call_id="", text="Unknown tool: agentport__list_everything", is_error=True)
            made_up = replace(action.call, tool=tool, arguments={})
            yield repeat(session.trace, action, before=action.seq, answer=refused, call=made_up)
