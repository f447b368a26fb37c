"""One session while it is read: its events in order, its steps, and a count of what could not be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.core.trace import (
    AgentMessage,
    Event,
    Fault,
    HumanMessage,
    Lack,
    Place,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UrlPrompt,
)
from agentport_harness.importers._content import arguments_of, flag, structured_of, text_of
from agentport_harness.importers._foreign import LONG, brief, is_foreign

_SETBACK = 60.0
"""Seconds that times may go back before it is worth a word."""
_NAMED = 8
"""Kinds of unknown records that a session names; the others are counted."""


class Assembly:
    """Collects the events of one session.

    A step is one answer of the model. Where answers have ids `answer` names the one that events belong to; elsewhere
    `answered` ends a step, and whatever the agent does next belongs to the next one. Where ``unheard`` is set the
    format does not record what the human wrote: a human message without text then opens each turn.
    """

    def __init__(
        self,
        source: str,
        input_format: str,
        *,
        session_id: str = "",
        lacks: Iterable[Lack] = (),
        actor: str = "",
        unheard: bool = False,
    ) -> None:
        self.source, self.input_format, self.session_id, self.actor = source, input_format, session_id, actor
        self.lacks: set[Lack] = set(lacks)
        self.known_tools: set[str] = set()
        self.gateway_servers: set[str] = set()
        self.events: list[Event | None] = []
        self.step = 1
        self.called: set[str] = set()
        self._calls: dict[str, ToolCall] = {}
        self.open: dict[str, None] = {}
        self.unheard = self._waiting = unheard
        self._acted = False
        self._steps: dict[str, int] = {}
        self._last_step = 1
        self._moved: list[tuple[int, float, Event]] = []
        self._again = 0
        self._first_again: int | None = None
        self._unknown: dict[str, tuple[int, int | None]] = {}
        self._notes: list[str] = []

    def place(self, line: int | None, pointer: str = "") -> Place:
        """A place in this source."""
        return Place(path=self.source, line=line, pointer=pointer)

    def human(self, text: str, place: Place, time: float | None = None) -> int:
        """The human wrote ``text``. Returns the event's number, for `drop`."""
        self.answered()
        self._waiting = False
        self.events.append(HumanMessage(text=text, time=time, place=place))
        return len(self.events) - 1

    def heard(self, number: int, text: str, place: Place) -> None:
        """What the human wrote in the message of that number is known by now."""
        before = self.events[number]
        self.events[number] = HumanMessage(text=text, time=before.time if before else None, place=place)

    def drop(self, number: int) -> None:
        """The event of that number turned out to be none."""
        self.events[number] = None

    def say(self, text: str, place: Place, time: float | None = None, *, actor: str = "") -> None:
        """The agent wrote ``text``; nothing happens when it is blank."""
        if text.strip():
            self._act(place, time)
            self.events.append(
                AgentMessage(text=text, step=self.step, actor=actor or self.actor, time=time, place=place)
            )

    def call(
        self,
        call_id: str,
        tool: str,
        arguments: JSON,
        place: Place,
        time: float | None = None,
        *,
        server: str = "",
        actor: str = "",
        after: tuple[int, int] | None = None,
    ) -> None:
        """The agent called ``tool``; ``after`` (an event number and its step) when it was called back then."""
        if self._waiting:
            self._act(place, time)
        self._acted = True
        call = ToolCall(
            call_id=call_id,
            tool=tool,
            arguments=arguments_of(arguments),
            step=after[1] if after else self.step,
            server=server,
            actor=actor or self.actor,
            time=time,
            place=place,
        )
        if call_id in self.called:
            self._again += 1
            self._first_again = self._first_again or place.line
        self.called.add(call_id)
        self.open[call_id] = None
        self._calls[call_id] = call
        if after:
            self._moved.append((after[0], time or 0.0, call))
        else:
            self.events.append(call)

    def result(
        self,
        call_id: str,
        text: str,
        place: Place,
        time: float | None = None,
        *,
        structured: JSON = None,
        is_error: bool | None = None,
        exit_code: int | None = None,
        fault: Fault = "",
        after: int | None = None,
    ) -> None:
        """``text`` came back for a call; ``after`` (an event number) when it came back then."""
        if structured is not None:
            structured = structured_of(structured)
        if (structured is not None or len(text) > LONG) and self._is_foreign(call_id):
            text, structured = brief(text, structured)
        result = ToolResult(
            call_id=call_id,
            text=text,
            structured=structured,
            is_error=is_error,
            exit_code=exit_code,
            fault=fault,
            time=time,
            place=place,
        )
        self.open.pop(call_id, None)
        if after is None:
            self.events.append(result)
        else:
            self._moved.append((after, time or 0.0, result))

    def _is_foreign(self, call_id: str) -> bool:
        """Whether the result of that call is of no concern beyond its beginning."""
        return call_id in self._calls and is_foreign(self._calls[call_id])

    def mcp_result(self, call_id: str, value: JSON, place: Place, time: float | None = None) -> None:
        """The result of an MCP call, as the protocol writes it, came back."""
        fields = as_object(value)
        structured = fields.get("structuredContent", fields.get("structured_content"))
        failed = flag(fields.get("isError", fields.get("is_error")))
        self.result(call_id, text_of(fields.get("content")), place, time, structured=structured, is_error=failed)

    def cancel_open(self, place: Place, time: float | None = None) -> None:
        """What is open was stopped, and gets no answer."""
        for call_id in list(self.open):
            self.result(call_id, "", place, time, is_error=True, fault="cancelled")

    def prompt(self, url: str, message: str, place: Place, time: float | None = None) -> None:
        """The client showed ``url`` to the human."""
        self.events.append(UrlPrompt(url=url, message=message, time=time, place=place))

    def turn_end(self, place: Place, time: float | None = None) -> None:
        """The client recorded that the turn was over."""
        self.answered()
        self._waiting = self.unheard
        self.events.append(TurnEnd(time=time, place=place))

    def answered(self) -> None:
        """The model's answer is over; does nothing when nothing of a next one has been seen."""
        if self._acted:
            self._next_step()

    def answer(self, answer_id: str) -> None:
        """What follows belongs to the model's answer of that id."""
        if answer_id not in self._steps:
            self.answered()
            self._steps[answer_id] = self._last_step
        self.step = self._steps[answer_id]

    def _act(self, place: Place, time: float | None) -> None:
        """The agent did something, so a human had spoken."""
        if self._waiting:
            self.human("", place, time)
        self._acted = True

    def _next_step(self) -> None:
        self._last_step += 1
        self.step = self._last_step
        self._acted = False

    def unknown(self, kind: str, line: int | None) -> None:
        """A record of an unknown kind was met; the session will say how many."""
        count, first = self._unknown.get(kind, (0, line))
        self._unknown[kind] = (count + 1, first)

    def note(self, warning: str) -> None:
        """The recording is not as it should be, which the session will say."""
        self._notes.append(warning)

    def trace(self) -> Trace:
        """The session as collected."""
        events = self._in_order()
        return Trace(
            events=tuple(events),
            source=self.source,
            input_format=self.input_format,
            session_id=self.session_id,
            lacks=frozenset(self.lacks),
            gateway_servers=frozenset(self.gateway_servers),
            known_tools=frozenset(self.known_tools),
            warnings=(*_counts(self._unknown), *self._notes, *self._same_ids(), *_clock(events)),
        )

    def _same_ids(self) -> Iterator[str]:
        if self._again:
            at = f", first in line {self._first_again}" if self._first_again else ""
            yield f"{self._again} call{'s' if self._again > 1 else ''} with the id of an earlier one{at}"

    def _in_order(self) -> list[Event]:
        late = sorted(self._moved, key=lambda moved: moved[:2], reverse=True)
        ordered: list[Event] = []
        for number, event in enumerate(self.events):
            if event is not None:
                ordered.append(event)
            while late and late[-1][0] == number:
                ordered.append(late.pop()[2])
        return ordered


def _clock(events: Iterable[Event]) -> Iterator[str]:
    """Says where time first goes back: records in disorder, or those of several sessions."""
    latest = 0.0
    for event in events:
        if event.time is not None and event.time < latest - _SETBACK:
            at = f" in line {event.place.line}" if event.place.line else ""
            yield f"the clock goes back by {latest - event.time:,.0f} s{at}: were two sessions written into one?"
            return
        latest = max(latest, event.time or 0.0)


def _counts(unknown: Mapping[str, tuple[int, int | None]]) -> list[str]:
    named = [
        f"{count} record{'s' if count > 1 else ''} of unknown kind {kind!r} passed over"
        + ("" if line is None else f", first in line {line}")
        for kind, (count, line) in list(unknown.items())[:_NAMED]
    ]
    rest = list(unknown.values())[_NAMED:]
    if rest:
        named.append(f"{sum(count for count, _ in rest)} records of {len(rest)} further unknown kinds passed over")
    return named
