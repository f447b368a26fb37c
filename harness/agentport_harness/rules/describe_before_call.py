from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentport_harness.core.calls import Discover
from agentport_harness.core.edits import drop, move_action
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.schemas import offered, schema_was_read
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace


@rule(
    "AP302",
    level="SHOULD",
    why="Arguments that were guessed put a call before the human that fails, or does something else, once approved.",
    mend="Call `describe_tool` (or list the integration's tools) before a tool's first call, and fit the arguments "
    "to it.",
    passes="describe_tool(“stripe”, “create_refund”) → call_tool(“stripe”, “create_refund”, …)",
    fails="call_tool(“stripe”, “create_refund”, …) as the first thing in the session",
    needs=("arguments",),
)
def describe_before_call(session: Session) -> Iterator[Observation]:
    """A tool's schema is read before its first call in the session: by describing it, or by a listing that carries it.

    The answer must have come before the call was made; two calls in one step are concurrent. A listing of one
    integration carries the schemas, a listing of all that are installed does not; where an answer can be read, what it
    holds decides. Only the first call of each tool is judged. Direct tools bring their schema with the client's own
    listing, and REST has none: the rule does not apply there. A tool that a listing shows not to exist is real-names'
    matter alone. In a recording that starts in the middle of a conversation it is not testable.
    """
    called: set[tuple[str, str]] = set()
    for action, call in session.calls():
        name = call.integration, call.tool
        if call.surface not in ("meta", "shell") or name in called:
            continue
        called.add(name)
        if schema_was_read(session, *name, before=action.seq) or _looked_unrecorded(session, *name, before=action.seq):
            yield Kept(at=action.seq)
        elif offered(session, *name, before=action.seq) == "no":
            continue
        elif "history" in session.trace.lacks:
            yield Unclear(at=action.seq, reason="the recording starts in the middle of a longer conversation")
        else:
            yield Broken(
                at=action.seq,
                message=f"{call.tool} was called before its schema was read",
                evidence=f"{call.integration}/{call.tool}",
                expected="the tool's description, or a listing of the integration's tools, before its first call",
            )


def _looked_unrecorded(session: Session, integration: str, tool: str, *, before: int) -> bool:
    """Whether the agent looked and the recording has no answers."""
    return "results" in session.trace.lacks and any(
        isinstance(look := action.meaning, Discover)
        and action.seq < before
        and (look.kind, look.integration, look.tool) in {("describe", integration, tool), ("tools", integration, "")}
        for action in session.actions
    )


def _looks(session: Session) -> list[Action]:
    """The answered looks at tools that stand alone in a shell call, in sessions in which the rule judges a call."""
    looks = [
        action
        for action in session.actions
        if isinstance(action.meaning, Discover) and action.meaning.kind in ("tools", "describe") and action.result_seq
    ]
    others = {action.seq for action in session.actions if action not in looks}
    inside = any(call.info_inside is not None for _, call in session.calls())
    judged = not inside and any(call.surface in ("meta", "shell") for _, call in session.calls())
    return looks if judged and not any(look.seq in others for look in looks) else []


@describe_before_call.mutation
def call_without_reading_the_schema(session: Session) -> Iterable[Trace]:
    """All looks at tools taken away."""
    if looks := _looks(session):
        yield drop(session.trace, *{seq for look in looks for seq in (look.seq, look.result_seq) if seq is not None})


@describe_before_call.mutation
def read_the_schema_after_the_call(session: Session) -> Iterable[Trace]:
    """The only look at tools, moved behind the first call."""
    looks = _looks(session)
    call = next((action for action, _ in session.calls()), None)
    if len(looks) == 1 and call is not None and call.result_seq is not None and looks[0].seq < call.seq:
        yield move_action(session.trace, looks[0], before=call.result_seq + 1)
