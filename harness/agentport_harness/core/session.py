"""A session: a trace read as turns, gateway actions and approval requests. Rules judge this, never raw events."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agentport_harness.core.calls import Await, CallTool, Elsewhere, Meaning
from agentport_harness.core.light import light
from agentport_harness.core.outcomes import ENDED, PENDING, Outcome
from agentport_harness.core.trace import (
    AgentMessage,
    HumanMessage,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UrlPrompt,
)


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything between one human message and the next: events ``start`` up to, not including, ``stop``.

    ``closed`` is false when the recording stops before the agent had finished: what is open then is not testable.
    """

    number: int
    start: int
    stop: int
    closed: bool

    def __contains__(self, seq: object) -> bool:
        return isinstance(seq, int) and self.start <= seq < self.stop


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One call with its meaning and the meaning of its answer. ``seq`` and ``result_seq`` are event numbers.

    One shell call can hold several actions; ``part`` tells them apart.
    """

    seq: int
    turn: int
    call: ToolCall
    meaning: Meaning
    outcome: Outcome
    result: ToolResult | None = None
    result_seq: int | None = None
    part: int = 0

    @property
    def step(self) -> int:
        """The model's answer that this call was part of."""
        return self.call.step

    @property
    def told(self) -> int:
        """The event at which the agent knew the answer; past every event when there is none."""
        return self.result_seq if self.result_seq is not None else 2**62


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Text that the human saw: the agent's message, or a URL prompt of the client (``step`` -1)."""

    seq: int
    turn: int
    step: int
    text: str


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """One approval request as this session saw it.

    ``openings`` are the calls that were answered with its URL, ``waits`` those that blocked on it, in order.
    ``ended`` is the action whose answer told the agent the final outcome, None while it had not been told.
    """

    request_id: str
    url: str
    openings: tuple[Action, ...]
    waits: tuple[Action, ...]
    ended: Action | None

    def waits_in(self, turn: Turn) -> Sequence[Action]:
        """The waits that were started in a turn, in order."""
        first = bisect_left(self.waits, turn.start, key=lambda wait: wait.seq)
        return self.waits[first : bisect_left(self.waits, turn.stop, key=lambda wait: wait.seq)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """A trace with its turns and actions; everything else is derived from these and cached."""

    trace: Trace
    turns: tuple[Turn, ...]
    actions: tuple[Action, ...]

    def turn(self, number: int) -> Turn:
        """The turn of that number (from 1)."""
        return self.turns[number - 1]

    def turn_at(self, seq: int) -> Turn:
        """The turn that event ``seq`` belongs to."""
        low, high = 0, len(self.turns) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.turns[middle].start <= seq:
                low = middle
            else:
                high = middle - 1
        return self.turns[low]

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """What the human saw, in order; what sub-agents wrote is not among it."""
        return tuple(self._shown())

    def _shown(self) -> Iterator[Shown]:
        for turn in self.turns:
            for seq, event in enumerate(self.trace.events[turn.start : turn.stop], turn.start):
                if type(event) is AgentMessage:
                    if not event.actor:
                        yield Shown(seq=seq, turn=turn.number, step=event.step, text=event.text)
                elif type(event) is UrlPrompt:
                    yield Shown(seq=seq, turn=turn.number, step=-1, text=f"{event.message}\n{event.url}")

    @cached_property
    def shown_by_turn(self) -> Mapping[int, Sequence[Shown]]:
        """``shown``, by turn number."""
        by_turn: dict[int, list[Shown]] = defaultdict(list)
        for text in self.shown:
            by_turn[text.turn].append(text)
        return by_turn

    def human_messages(self) -> Iterator[tuple[int, HumanMessage]]:
        """Event number and message of everything the human wrote."""
        yield from self._human_messages

    def human_between(self, start: int, stop: int) -> tuple[HumanMessage, ...]:
        """What the human wrote after event ``start`` and before event ``stop``: the last fifty messages at most."""
        return tuple(message for _, message in self.humans(start, stop)[-50:])

    def humans(self, start: int, stop: int) -> Sequence[tuple[int, HumanMessage]]:
        """Event numbers and messages of what the human wrote after event ``start`` and before event ``stop``."""
        first = bisect_right(self._human_messages, start, key=lambda pair: pair[0])
        return self._human_messages[first : bisect_left(self._human_messages, stop, key=lambda pair: pair[0])]

    @cached_property
    def _human_messages(self) -> tuple[tuple[int, HumanMessage], ...]:
        return tuple((seq, event) for seq, event in enumerate(self.trace.events) if type(event) is HumanMessage)

    def actions_between(self, start: int, stop: int, *, most: int | None = None) -> Sequence[Action]:
        """The actions whose calls stand from event ``start`` up to, not including, ``stop``; the first ``most``."""
        first = bisect_left(self.actions, start, key=lambda action: action.seq)
        last = bisect_left(self.actions, stop, key=lambda action: action.seq)
        return self.actions[first : last if most is None else min(last, first + most)]

    def actions_before(self, stop: int, *, most: int) -> Sequence[Action]:
        """The last ``most`` actions whose calls stand before event ``stop``."""
        last = bisect_left(self.actions, stop, key=lambda action: action.seq)
        return self.actions[max(0, last - most) : last]

    @cached_property
    def uses_gateway(self) -> bool:
        """Whether any call of the session concerns the gateway."""
        return bool(self.gated)

    @cached_property
    def gated(self) -> tuple[Action, ...]:
        """The actions that concern the gateway, in order."""
        return tuple([action for action in self.actions if type(action.meaning) is not Elsewhere])

    def calls(self) -> Iterator[tuple[Action, CallTool]]:
        """Every call of an upstream tool through the gateway."""
        for action in self.gated:
            if isinstance(action.meaning, CallTool):
                yield action, action.meaning

    def awaits(self) -> Iterator[tuple[Action, Await]]:
        """Every wait that names a request."""
        for action in self.gated:
            if isinstance(action.meaning, Await):
                yield action, action.meaning

    @cached_property
    def requests(self) -> Mapping[str, ApprovalRequest]:
        """The approval requests that calls of this session were answered with, by id, in order of appearance."""
        openings: dict[str, list[Action]] = defaultdict(list)
        waits: dict[str, list[Action]] = defaultdict(list)
        for action in self.gated:
            if opens_request(action):
                openings[action.outcome.request_id].append(action)
        for action in self.gated:
            if waited := waited_on(action):
                waits[waited].append(action)
        return {
            request_id: ApprovalRequest(
                request_id=request_id,
                url=next((o.outcome.approval_url for o in opened if o.outcome.approval_url), ""),
                openings=tuple(opened),
                waits=tuple(waits[request_id]),
                ended=_ended(opened, waits[request_id]),
            )
            for request_id, opened in openings.items()
        }

    @cached_property
    def waits_by_id(self) -> Mapping[str, Sequence[Action]]:
        """Every wait, by the request id that it names, in order."""
        by_id: dict[str, list[Action]] = defaultdict(list)
        for action in self.gated:
            if waited := waited_on(action):
                by_id[waited].append(action)
        return by_id


def opens_request(action: Action) -> bool:
    """Whether the answer obliges the agent to share a URL: approval is needed and the call did not end it itself."""
    return (
        isinstance(action.meaning, CallTool)
        and action.outcome.kind in {"approval_required", "still_pending"}
        and bool(action.outcome.request_id)
    )


def waited_on(action: Action) -> str:
    """The id of the request that the action blocked on, empty when it blocked on none."""
    match action.meaning:
        case Await(by_url=True):
            return action.meaning.request_id.rstrip("/").rpartition("/")[2]
        case Await():
            return action.meaning.request_id
        case CallTool(waits=True):
            return action.outcome.request_id
        case _:
            return ""


def _ended(openings: Sequence[Action], waits: Sequence[Action]) -> Action | None:
    told = [action for action in (*openings, *waits) if action.outcome.kind in ENDED and action.result_seq is not None]
    return min(told, key=lambda action: action.told, default=None)


def turns_of(trace: Trace) -> tuple[Turn, ...]:
    """The turns of a trace. There is always at least one, even in an empty trace."""
    starts = [0]
    agent_spoke = ended = False
    for seq, event in enumerate(trace.events):
        kind = type(event)
        if kind is ToolResult:
            continue
        if kind is HumanMessage:
            if agent_spoke or ended:
                starts.append(seq)
            agent_spoke = ended = False
        elif kind is TurnEnd:
            ended = True
        elif kind is AgentMessage or kind is ToolCall:
            if ended:
                starts.append(seq)
            agent_spoke, ended = True, False
    stops = [*starts[1:], len(trace.events)]
    last = len(starts) - 1
    return tuple(
        Turn(
            number=index + 1,
            start=start,
            stop=stop,
            closed=index < last or _closed(trace, start),
        )
        for index, (start, stop) in enumerate(zip(starts, stops, strict=True))
    )


def _closed(trace: Trace, start: int) -> bool:
    """Whether the last turn was over: the client said so, or the agent's text ends it with no call open."""
    events = trace.events[start:]
    if any(isinstance(event, TurnEnd) for event in events):
        return True
    answered = {event.call_id for event in events if isinstance(event, ToolResult)}
    open_calls = "results" not in trace.lacks and any(
        isinstance(event, ToolCall) and event.call_id not in answered for event in events
    )
    said = [event for event in events if isinstance(event, (AgentMessage, ToolCall, ToolResult))]
    return bool(said) and isinstance(said[-1], AgentMessage) and not open_calls


def still_pending(outcome: Outcome) -> bool:
    """Whether a wait with this outcome has to be followed by another."""
    return outcome.kind in PENDING
