from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentport_harness.core.call_edits import with_arguments
from agentport_harness.core.calls import CallTool
from agentport_harness.core.fates import Matter, Telling, keys, matters
from agentport_harness.core.json_values import as_object, identity
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.schemas import described_schema
from agentport_harness.core.session import Action, Session
from agentport_harness.core.trace import Trace

_MOST_CHECKED = 200
"""Calls behind an approval among which an altered retry is looked for."""


@rule(
    "AP110",
    level="MUST",
    why="The approval covers one exact call. A changed one is a new request, and the approved one is never run.",
    mend="Repeat the call with the very same integration, tool and arguments; only `--info` may differ.",
    passes="approved → the same `ap tools call` once more, word for word",
    fails="approved → the same call with another amount, another tool, or a further argument",
    needs=("arguments", "results"),
)
def identical_retry(session: Session) -> Iterator[Observation]:
    """Where a retry is what consumes the approval (CLI without `--wait`, REST, or await saying so), it has the very
    same integration, tool and arguments.

    Judged from the answer `approved` to the end of that turn. Key order and `1` against `1.0` are no difference, the
    info beside the arguments may change, and another surface may be used. A call with the same tool and other
    arguments, or with the same arguments and another tool, counts as the altered retry, unless the identical retry
    is made too or that call was already made before the approval: other work may go on beside it. Arguments that
    the recording shows only as a shell variable are not judged.
    """
    for matter in matters(session).values():
        approved = [telling for telling in matter.tellings if telling.kind == "approved"]
        if not approved or _unreadable(matter.call):
            continue
        first = approved[0]
        if any(action.seq > first.seq or _chained(action, first) for action in matter.made):
            yield Kept(at=first.seq)
            continue
        for action, call in _later_calls(session, first):
            if _altered(session, matter, action, call, first):
                yield Broken(
                    at=action.seq,
                    message="the retry is not the call that was approved",
                    evidence=f"{call.integration}/{call.tool} {identity(call.arguments)}",
                    expected=f"{matter.call.integration}/{matter.call.tool} {identity(matter.call.arguments)}",
                )
                break


def _chained(action: Action, approved: Telling) -> bool:
    """Whether the call stands behind the wait in the same shell command."""
    return action.seq == approved.action.seq and action.part > approved.action.part


def _later_calls(session: Session, approved: Telling) -> Iterator[tuple[Action, CallTool]]:
    turn = session.turn_at(approved.seq)
    for action in session.actions_between(approved.action.seq, turn.stop, most=_MOST_CHECKED):
        after = action.seq > approved.seq or _chained(action, approved)
        if after and isinstance(action.meaning, CallTool):
            yield action, action.meaning


def _altered(session: Session, matter: Matter, action: Action, call: CallTool, approved: Telling) -> bool:
    known = matters(session)[keys(session)[action.seq, action.part]]
    if known.made[0].seq < approved.seq or _unreadable(call):
        return False
    same_tool = (call.integration, call.tool) == (matter.call.integration, matter.call.tool)
    return same_tool or (bool(matter.call.arguments) and identity(call.arguments) == identity(matter.call.arguments))


def _unreadable(call: CallTool) -> bool:
    return isinstance(call.arguments, str) and ("$" in call.arguments or call.arguments.startswith("@"))


@identical_retry.mutation
def add_an_argument(session: Session) -> Iterable[Trace]:
    """One argument more in the retry, where the tool's schema does not forbid it."""
    for action, call in _retries(session):
        schema = as_object(described_schema(session, call.integration, call.tool, before=action.seq))
        if isinstance(call.arguments, Mapping) and schema.get("additionalProperties") is not False:
            yield with_arguments(session.trace, action, {**call.arguments, "urgent": True})


@identical_retry.mutation
def reword_a_text(session: Session) -> Iterable[Trace]:
    """Another ending in one text of the retry."""
    for action, call in _retries(session):
        for name, value in as_object(call.arguments).items():
            if isinstance(value, str) and " " in value and isinstance(call.arguments, Mapping):
                yield with_arguments(session.trace, action, {**call.arguments, name: f"{value} Thank you."})


def _retries(session: Session) -> Iterator[tuple[Action, CallTool]]:
    """The one identical retry behind each approval."""
    for matter in matters(session).values():
        approved = next((telling for telling in matter.tellings if telling.kind == "approved"), None)
        if approved is None or _unreadable(matter.call):
            continue
        turn = session.turn_at(approved.seq)
        later = [action for action in matter.made if action.seq > approved.seq]
        if len(later) == 1 and later[0].seq in turn and isinstance(later[0].meaning, CallTool):
            yield later[0], later[0].meaning
