"""Small edits on a trace: what mutation operators are made of.

Every edit gives back a whole trace with step numbers and call ids in order; the original is left alone. Events are
named by their numbers *in the trace that is passed*. An edit that finds nothing to hold on to gives the trace back
unchanged, and a mutant that equals its original counts as none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agentport_harness.core.session import Action
from agentport_harness.core.trace import AgentMessage, Event, HumanMessage, ToolCall, ToolResult, Trace, UrlPrompt

OWN_STEP = 0
"""The step of a new event that is to be an answer of its own; events inserted together share it."""


def said(text: str, *, step: int = OWN_STEP, actor: str = "") -> AgentMessage:
    """A new message of the agent, in an answer of its own unless ``step`` names the one it joins."""
    return AgentMessage(text=text, step=step, actor=actor)


def heard(text: str) -> HumanMessage:
    """A new message of the human."""
    return HumanMessage(text=text)


def drop(trace: Trace, *seqs: int) -> Trace:
    """The trace without these events."""
    gone = set(seqs)
    return _in_order(trace, [event for seq, event in enumerate(trace.events) if seq not in gone])


def drop_action(trace: Trace, action: Action) -> Trace:
    """The trace without a call and its answer."""
    return drop(trace, *_events_of(action))


def cut(trace: Trace, stop: int) -> Trace:
    """The trace cut off before event ``stop``."""
    return _in_order(trace, trace.events[:stop])


def insert(trace: Trace, before: int, *events: Event) -> Trace:
    """New events in front of event ``before``; the number of events inserts at the end."""
    own = min((event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))), default=1) - 1
    added = [
        replace(event, step=own) if isinstance(event, (AgentMessage, ToolCall)) and event.step == OWN_STEP else event
        for event in events
    ]
    return _in_order(trace, [*trace.events[:before], *added, *trace.events[before:]])


def put(trace: Trace, seq: int, event: Event) -> Trace:
    """The trace with ``event`` in place of event ``seq``."""
    return _in_order(trace, [*trace.events[:seq], event, *trace.events[seq + 1 :]])


def with_text(trace: Trace, seq: int, text: str) -> Trace:
    """Another text in a message or a result."""
    event = trace.events[seq]
    if not isinstance(event, (HumanMessage, AgentMessage, ToolResult)):
        return trace
    return put(trace, seq, replace(event, text=text))


def reworded(trace: Trace, old: str, new: str, *, seqs: Iterable[int] | None = None) -> Trace:
    """``old`` replaced in everything that the human is shown (or in these events of it only)."""
    chosen = set(range(len(trace.events)) if seqs is None else seqs)
    events: list[Event] = []
    for seq, event in enumerate(trace.events):
        if seq in chosen and isinstance(event, AgentMessage):
            event = replace(event, text=event.text.replace(old, new))
        elif seq in chosen and isinstance(event, UrlPrompt):
            event = replace(event, url=event.url.replace(old, new), message=event.message.replace(old, new))
        events.append(event)
    return _in_order(trace, events)


def move(trace: Trace, seqs: Iterable[int], *, before: int) -> Trace:
    """These events, in the order that they have, in front of event ``before``, in answers of their own."""
    moving = sorted(set(seqs))
    lowest = min((event.step for event in trace.events if isinstance(event, (AgentMessage, ToolCall))), default=1)
    moved: list[Event] = []
    for seq in moving:
        event = trace.events[seq]
        if isinstance(event, (AgentMessage, ToolCall)):
            # distinct from every old step, and alike for events that were one answer
            event = replace(event, step=lowest - 1 - event.step - abs(lowest))
        moved.append(event)
    kept = [(seq, event) for seq, event in enumerate(trace.events) if seq not in set(moving)]
    head = [event for seq, event in kept if seq < before]
    tail = [event for seq, event in kept if seq >= before]
    return _in_order(trace, [*head, *moved, *tail])


def move_action(trace: Trace, action: Action, *, before: int) -> Trace:
    """A call and its answer, in front of event ``before``."""
    return move(trace, _events_of(action), before=before)


def repeat(
    trace: Trace,
    action: Action,
    *,
    before: int,
    answer: ToolResult | None = None,
    call: ToolCall | None = None,
) -> Trace:
    """The call once more in front of event ``before``, under a new id, with the same answer or another.

    ``call`` is what is repeated where it is to differ from the action's own.
    """
    call_id = fresh_call_id(trace, action.call.call_id)
    again = replace(call or action.call, call_id=call_id, step=OWN_STEP, time=None)
    answered = answer or action.result
    results = () if answered is None else (replace(answered, call_id=call_id, time=None),)
    return insert(trace, before, again, *results)


def fresh_call_id(trace: Trace, like: str = "call") -> str:
    """A call id that the trace does not have."""
    used = {event.call_id for event in trace.events if isinstance(event, (ToolCall, ToolResult))}
    number = 2
    while f"{like}-{number}" in used:
        number += 1
    return f"{like}-{number}"


def _events_of(action: Action) -> tuple[int, ...]:
    return (action.seq,) if action.result_seq is None else (action.seq, action.result_seq)


def _in_order(trace: Trace, events: Sequence[Event]) -> Trace:
    """The trace with these events, the agent's answers numbered from 1 as they come."""
    numbers: dict[int, int] = {}
    numbered = [
        replace(event, step=numbers.setdefault(event.step, len(numbers) + 1))
        if isinstance(event, (AgentMessage, ToolCall))
        else event
        for event in events
    ]
    return replace(trace, events=tuple(numbered))
