"""ATIF trajectories: numbered steps of system, user and agent, each with its calls and what was observed.

Text and calls of a step have no order. Steps that were copied from an earlier trajectory are left out, so the session
starts in the middle. Sub-agents' trajectories that are embedded are sessions of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Lack, Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, flag, items, seconds, text_of, whole

_NAME = "atif"
_LACKS: frozenset[Lack] = frozenset({"order_in_step"})


def _sniff(records: Sequence[JSON]) -> bool:
    return bool(records) and all(_is_trajectory(as_object(record)) for record in records)


def _is_trajectory(fields: Fields) -> bool:
    steps = [as_object(step) for step in items(fields.get("steps"))]
    return as_text(fields.get("schema_version")).startswith("ATIF") or (
        bool(steps) and "agent" in fields and all("step_id" in step and "source" in step for step in steps)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for line, record in records:
        waiting = [(as_object(record), "", False)]
        while waiting:
            trajectory, pointer, nested = waiting.pop(0)
            yield _session(trajectory, source, line, pointer, nested=nested)
            waiting += [
                (as_object(inner), f"{pointer}/subagent_trajectories/{number}", True)
                for number, inner in enumerate(items(trajectory.get("subagent_trajectories")))
            ]


def _session(trajectory: Fields, source: str, line: int | None, pointer: str, *, nested: bool) -> Trace:
    named = as_text(trajectory.get("trajectory_id")) or as_text(trajectory.get("session_id"))
    to = Assembly(source, _NAME, session_id=named, lacks=_LACKS, actor="subagent" if nested else "")
    if nested:
        to.lacks |= {"assistant_text", "human_turns"}
    for tool in map(as_object, items(as_object(trajectory.get("agent")).get("tool_definitions"))):
        to.known_tools.add(as_text(tool.get("name")) or as_text(as_object(tool.get("function")).get("name")))
    to.known_tools.discard("")
    for number, step in enumerate(map(as_object, items(trajectory.get("steps")))):
        if step.get("is_copied_context") is True:
            to.lacks.add("history")
        else:
            _step(to, step, to.place(line, f"{pointer}/steps/{number}"))
    return to.trace()


def _step(to: Assembly, step: Fields, place: Place) -> None:
    time = seconds(step.get("timestamp"))
    text = text_of(step.get("message"))
    written = to.place(place.line, f"{place.pointer}/message")
    calls = [as_object(call) for call in items(step.get("tool_calls"))]
    match step.get("source"):
        case "user" if not to.actor:
            to.human(text, written, time)
        case "agent":
            to.answered()
            to.say(text, written, time)
        case "user" | "system":
            pass
        case source:
            to.unknown(as_text(source), place.line)
    for call in calls:
        to.call(
            as_text(call.get("tool_call_id")), as_text(call.get("function_name")), call.get("arguments"), place, time
        )
    for result in map(as_object, items(as_object(step.get("observation")).get("results"))):
        call_id = as_text(result.get("source_call_id"))
        if not call_id and len(calls) == 1:
            call_id = as_text(calls[0].get("tool_call_id"))
        if call_id not in to.open:
            continue
        about = as_object(result.get("extra"))
        failed = flag(about.get("is_error"))
        if failed is None:
            to.lacks.add("error_flag")
        to.answered()
        text, code = text_of(result.get("content")), whole(about.get("exit_code"))
        to.result(call_id, text, place, time, is_error=failed, exit_code=code)


ATIF = Importer(
    name=_NAME,
    title="ATIF trajectory",
    sniff=_sniff,
    read=_read,
    versions=("1.8",),
    lacks=_LACKS,
)
