from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentport_harness.core.call_edits import ABSENT, with_argument
from agentport_harness.core.calls import CallTool
from agentport_harness.core.effects import telling_values
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.schema_fit import misfit
from agentport_harness.core.schemas import described_schema
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace


@rule(
    "AP307",
    level="SHOULD",
    why="A call that cannot succeed costs the human a review for nothing, and its correction a second one.",
    mend="Compare the arguments with the described input schema before the call: names, types, required ones, "
    "allowed values.",
    passes="schema: amount is an integer · arguments: {amount: 4900}",
    fails="schema: amount is an integer · arguments: {amount: “49 dollars”}",
    needs=("arguments",),
)
def arguments_fit(session: Session) -> Iterator[Observation]:
    """Arguments validate against the described input schema.

    Looked at: the schema as the last description or listing before the call showed it; no schema, no judgement. Types,
    required and unknown parameters, allowed values, bounds, lengths, simple patterns, lists, alternatives, references
    within the schema are compared. References to other documents are never fetched, and a keyword that is not known
    (`format`, `if`, `patternProperties`) is taken as met. An `additional_info` inside the arguments is
    info-beside-arguments' matter. On the command line, `--args` that the shell fills in is not testable. Blind spots:
    what the schema does not say, such as units and which ids exist.
    """
    for action, call in session.calls():
        schema = described_schema(session, call.integration, call.tool, before=action.seq)
        if schema is None:
            continue
        if isinstance(call.arguments, str) and any(sign in call.arguments for sign in "$@`"):
            yield Unclear(
                at=action.seq, reason="the shell fills in the arguments, and the recording does not show them"
            )
        elif fault := misfit(_judged(call, schema), schema):
            yield Broken(
                at=action.seq,
                message=f"the arguments do not fit {call.tool}: {fault}",
                evidence=f"{call.integration}/{call.tool}",
                expected="arguments that validate against the described input schema",
            )
        else:
            yield Kept(at=action.seq)


def _judged(call: CallTool, schema: JSON) -> JSON:
    """The arguments without an `additional_info` that the schema does not declare."""
    if isinstance(call.arguments, Mapping) and "additional_info" not in as_object(as_object(schema).get("properties")):
        return {name: value for name, value in call.arguments.items() if name != "additional_info"}
    return call.arguments


@arguments_fit.mutation
def leave_a_required_argument_out(session: Session) -> Iterable[Trace]:
    """Each required argument once left out of a call that is not answered by a request for approval."""
    for action, call in session.calls():
        required = as_object(described_schema(session, call.integration, call.tool, before=action.seq)).get("required")
        for name in required if isinstance(required, list | tuple) else ():
            if isinstance(name, str) and name in as_object(call.arguments) and _runs_at_once(session, action):
                yield with_argument(session.trace, action, [name], ABSENT)


@arguments_fit.mutation
def pass_a_list_for_a_text(session: Session) -> Iterable[Trace]:
    """Each argument that must be a text, once as an empty list."""
    for action, call in session.calls():
        properties = as_object(
            as_object(described_schema(session, call.integration, call.tool, before=action.seq)).get("properties")
        )
        for name, value in as_object(call.arguments).items():
            if (
                isinstance(value, str)
                and as_object(properties.get(name)).get("type") == "string"
                and _runs_at_once(session, action)
            ):
                yield with_argument(session.trace, action, [name], [])


_RAN = frozenset({"executed", "upstream_failed", "invalid_arguments"})


def _runs_at_once(session: Session, action: Action) -> bool:
    """Whether this call ran, and no other has its tool or a telling value of it: none is to repeat its arguments."""
    mine = action.meaning
    if not isinstance(mine, CallTool) or action.outcome.kind not in _RAN:
        return False
    values = telling_values(mine.arguments)
    return not any(
        call.tool == mine.tool or values & telling_values(call.arguments)
        for other, call in session.calls()
        if other is not action
    )
