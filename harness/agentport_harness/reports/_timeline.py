"""A session as a swim-lane timeline: what passed between human, agent, gateway and upstream, and where it went wrong.

Only the neighbourhood of findings is shown, so a timeline is small however long the session was. All texts are
already made visible; a template has nothing left to do but escape them.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from agentport_harness.core.json_values import JSON
from agentport_harness.core.safe_text import one_line, visible
from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    HumanMessage,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)
from agentport_harness.reports._telling import json_text

Lane: TypeAlias = Literal["human", "agent", "gateway", "upstream"]
LANES: tuple[Lane, ...] = ("human", "agent", "gateway", "upstream")

AROUND = 6
"""Events shown before and after one with a finding."""
MOST_EVENTS = 48
LONGEST_TEXT = 800
CONTEXT_TEXT = 320
"""Characters of an event that no finding is about."""
LINE = 90
"""Characters of JSON that stay on one line."""
TALLEST = 120
"""Pixels of the longest wait; the others are in proportion."""
SHORTEST_WAIT = 0.5
_LATEST = 1e11
"""Seconds since the epoch beyond which a time is no time."""

_OWN_WAY = re.compile(r"(?:^|[\s\"';&|(/])ap\s+\w|/api/tool|/approve/")
_DEEDS = {"approve_once": "approves", "allow_tool": "always allows the tool", "deny": "denies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One event: from which lane to which, and its text with the evidence of a finding apart from the rest."""

    number: int
    origin: Lane
    target: Lane
    title: str
    text: tuple[str, str, str] = ("", "", "")
    clock: str = ""
    failed: bool = False
    code: bool = False

    @property
    def span(self) -> str:
        """The lanes that it covers, as ``first-last``."""
        first, last = sorted((LANES.index(self.origin), LANES.index(self.target)))
        return f"{first}-{last}"

    @property
    def way(self) -> str:
        """Which way it goes."""
        there = LANES.index(self.target) - LANES.index(self.origin)
        return "right" if there > 0 else "left" if there else "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Time in which nothing happened, ``height`` pixels tall, until ``lane`` acted."""

    said: str
    height: int
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """Events that are not shown."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of the chart, in thousandths of its width."""

    lane: Lane
    row: int
    start: float
    width: float
    kind: Literal["moment", "call", "finding"]
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What is shown of a session. ``bars`` are empty where no times are known."""

    rows: tuple[Card | Wait | Omitted, ...]
    bars: tuple[Bar, ...] = ()
    length: str = ""


def timeline(trace: Trace, marks: Sequence[tuple[int, str]], loud: Collection[int]) -> Timeline:
    """The timeline round the events that ``marks`` name by number, each with its evidence; ``loud`` ones stand out."""
    events = trace.events
    shown = _chosen(len(events), [event for event, _ in marks])
    times = {number: time for number in shown if (time := _time(events[number])) is not None}
    evidence = {event: "" for event, _ in marks} | {event: quoted for event, quoted in reversed(marks) if quoted}
    calls = _calls(events, shown)
    first = min(times.values(), default=0.0)
    clocks = {number: _clock(time - first) for number, time in times.items()}
    cards = {number: _card(number, trace, calls, clocks.get(number, ""), evidence.get(number)) for number in shown}
    bars, length = _chart(cards, calls, times, loud)
    return Timeline(rows=tuple(_rows(len(events), shown, cards, times)), bars=bars, length=length)


def duration(seconds: float) -> str:
    """A time span for people: ``0.4 s``, ``48 s``, ``5 min 12 s``, ``2 h 3 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def _chosen(total: int, marked: Iterable[int]) -> list[int]:
    """The numbers of the events to show: all of a short session, else round the marked ones, or the last ones."""
    if total <= MOST_EVENTS // 2:
        return list(range(total))
    chosen: set[int] = set()
    for event in sorted(set(marked)):
        if 0 <= event < total and len(chosen) < MOST_EVENTS - 2 * AROUND:
            chosen.update(range(max(0, event - AROUND), min(total, event + AROUND + 1)))
    return sorted(chosen) or list(range(total - 2 * AROUND, total))


def _time(event: Event) -> float | None:
    time = event.time
    return time if time is not None and math.isfinite(time) and 0 <= time < _LATEST else None


def _calls(events: Sequence[Event], shown: Sequence[int]) -> dict[int, int]:
    """The call that each shown result answers, by event numbers: the nth result of an id answers its nth call."""
    answered: dict[int, int] = {}
    waiting: dict[str, deque[int]] = {}
    for number in range(shown[-1] + 1 if shown else 0):
        event = events[number]
        if isinstance(event, ToolCall):
            waiting.setdefault(event.call_id, deque()).append(number)
        elif isinstance(event, ToolResult) and waiting.get(event.call_id):
            answered[number] = waiting[event.call_id].popleft()
    return answered


def _clock(seconds: float) -> str:
    return f"+{seconds:.1f} s" if seconds < 59.95 else f"+{duration(seconds)}"


def _card(number: int, trace: Trace, calls: dict[int, int], clock: str, evidence: str | None) -> Card:
    event = trace.events[number]
    origin, target, title, text, failed = _told(number, event, trace, calls)
    return Card(
        number=number,
        origin=origin,
        target=target,
        title=one_line(title, 120),
        text=_quoted(text, evidence),
        clock=clock,
        failed=failed,
        code=isinstance(event, ToolCall | ToolResult | UpstreamCall),
    )


def _told(number: int, event: Event, trace: Trace, calls: dict[int, int]) -> tuple[Lane, Lane, str, str, bool]:
    """From which lane to which, a title, a text, and whether it is a failure."""
    match event:
        case HumanMessage():
            return "human", "agent", "says", event.text, False
        case AgentMessage(actor=""):
            return "agent", "human", "says", event.text, False
        case AgentMessage():
            return "agent", "agent", f"sub-agent {event.actor} writes; the human does not see it", event.text, False
        case ToolCall():
            target: Lane = "gateway" if _reaches_gateway(event, trace) else "agent"
            return "agent", target, f"calls {event.tool}", _json(event.arguments), False
        case ToolResult():
            call = trace.events[calls[number]] if number in calls else None
            title, failed = _answer(event)
            text = event.text or _json(event.structured)
            if isinstance(call, ToolCall) and not _reaches_gateway(call, trace):
                return "agent", "agent", f"its own tool {title}", text, failed
            return "gateway", "agent", title, text, failed
        case UrlPrompt():
            return "agent", "human", "the client shows a URL", f"{event.url}\n{event.message}".strip(), False
        case Decision():
            return "human", "gateway", _DEEDS[event.decision], f"request {event.request_id}", False
        case UpstreamCall():
            return "gateway", "upstream", f"calls {event.integration}/{event.tool}", _json(event.arguments), False
        case TurnEnd():  # pragma: no branch - the last of all events
            return "agent", "agent", "ends its turn", "", False


def _answer(event: ToolResult) -> tuple[str, bool]:
    """A result's title, and whether it is a failure."""
    if event.fault:
        return f"gives no answer: {event.fault.replace('_', ' ')}", True
    notes = ["error"] if event.is_error else []
    notes += [f"exit code {event.exit_code}"] if event.exit_code else []
    notes += [f"HTTP {event.status}"] if event.status is not None else []
    return f"answers{': ' if notes else ''}{', '.join(notes)}", bool(event.is_error or event.exit_code)


def _reaches_gateway(call: ToolCall, trace: Trace) -> bool:
    """Whether a call looks like one to the gateway: by its server, its name, the ``ap`` command or REST's paths."""
    if call.server in trace.gateway_servers or "agentport" in f"{call.server} {call.tool}".casefold():
        return True
    return bool(_OWN_WAY.search(_json(call.arguments)))


def _json(value: JSON) -> str:
    """A value as people read it: on one line while that is short."""
    if value is None or isinstance(value, str):
        return value or ""
    short = json_text(value)
    return short if len(short) <= LINE else json_text(value, indent=2)


def _quoted(text: str, evidence: str | None) -> tuple[str, str, str]:
    """The text before the evidence, the evidence, and the text behind it, all bounded; the first alone without one.

    ``evidence`` is None for an event that no finding is about.
    """
    quoted = (evidence or "").removesuffix("\u2026")
    at = text.find(quoted) if quoted else -1
    if at < 0:
        return _clipped(text, CONTEXT_TEXT if evidence is None else LONGEST_TEXT), "", ""
    before, after = text[:at], text[at + len(quoted) :]
    lead = visible(before[-LONGEST_TEXT // 4 :], keep="\n")
    return (
        ("\u2026" if len(before) > LONGEST_TEXT // 4 else "") + lead,
        _clipped(quoted, LONGEST_TEXT),
        _clipped(after, LONGEST_TEXT),
    )


def _clipped(text: str, most: int) -> str:
    over = len(text) - most
    return visible(text[:most], keep="\n") + (f" \u2026 ({over:,} characters more)" if over > 0 else "")


def _rows(
    total: int, shown: Sequence[int], cards: dict[int, Card], times: dict[int, float]
) -> Iterator[Card | Wait | Omitted]:
    waits = {
        after: times[after] - times[before]
        for before, after in pairwise(shown)
        if after == before + 1 and before in times and after in times
    }
    longest = max(waits.values(), default=0.0)
    expected = 0
    for number in shown:
        if number > expected:
            yield Omitted(count=number - expected)
        if waits.get(number, 0.0) >= SHORTEST_WAIT:
            height = max(2, round(TALLEST * waits[number] / longest))
            yield Wait(said=duration(waits[number]), height=height, lane=cards[number].origin)
        yield cards[number]
        expected = number + 1
    if total > expected:
        yield Omitted(count=total - expected)


def _chart(
    cards: dict[int, Card], calls: dict[int, int], times: dict[int, float], loud: Collection[int]
) -> tuple[tuple[Bar, ...], str]:
    """Calls as stretches, everything else as moments, findings above all, along a straight axis of time."""
    if not times:
        return (), ""
    first, last = min(times.values()), max(times.values())
    if last - first < SHORTEST_WAIT:
        return (), ""

    def bar(number: int, lane: Lane, kind: Literal["moment", "call", "finding"], since: float | None = None) -> Bar:
        start = 1000 * ((times[number] if since is None else since) - first) / (last - first)
        end = 1000 * (times[number] - first) / (last - first)
        return Bar(
            lane=lane,
            row=LANES.index(lane),
            start=round(min(start, 996.0), 1),
            width=round(max(4.0, end - start), 1),
            kind=kind,
            said=f"{cards[number].clock} {cards[number].origin} {cards[number].title}",
        )

    bars = [
        bar(number, cards[number].origin, "call", times[calls[number]])
        if number in calls and calls[number] in times
        else bar(number, "upstream" if cards[number].target == "upstream" else cards[number].origin, "moment")
        for number in times
    ]
    bars.sort(key=lambda one: one.kind)  # the long ones first, so that they hide nothing
    bars += [bar(number, cards[number].origin, "finding") for number in sorted(times.keys() & set(loud))]
    return tuple(bars), duration(last - first)
