"""Records a live session as a trace while it is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    HumanMessage,
    Place,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
)
from agentport_harness.core.transcript import Transcript


class Recorder:
    """Appends events in the order in which they happen; ``clock`` gives seconds since the epoch."""

    def __init__(self, transcript: Transcript, clock: Callable[[], float]) -> None:
        self.known_tools: frozenset[str] = frozenset()
        self._transcript = transcript
        self._clock = clock
        self._events: list[Event] = []
        self._calls = 0
        self.step = 0

    def human(self, text: str, pointer: str) -> None:
        self._events.append(HumanMessage(text=text, time=self._clock(), place=self._place(pointer)))

    def agent(self, text: str, pointer: str) -> None:
        self._events.append(AgentMessage(text=text, step=self.step, time=self._clock(), place=self._place(pointer)))

    def call(self, tool: str, arguments: JSON, pointer: str, *, server: str = "") -> ToolCall:
        """Record a call."""
        self._calls += 1
        event = ToolCall(
            call_id=f"call-{self._calls}",
            tool=tool,
            server=server,
            arguments=arguments,
            step=self.step,
            time=self._clock(),
            place=self._place(pointer),
        )
        self._events.append(event)
        return event

    def result(
        self,
        call: ToolCall,
        text: str,
        *,
        structured: JSON = None,
        is_error: bool | None = None,
        exit_code: int | None = None,
        status: int | None = None,
        fault: Literal["", "client_timeout"] = "",
    ) -> ToolResult:
        """Record what a call was answered with."""
        event = ToolResult(
            call_id=call.call_id,
            text=text,
            structured=structured,
            is_error=is_error,
            exit_code=exit_code,
            status=status,
            fault=fault,
            time=self._clock(),
            place=call.place,
        )
        self._events.append(event)
        return event

    def decision(self, request_id: str, decision: Literal["approve_once", "allow_tool", "deny"], pointer: str) -> None:
        self._events.append(
            Decision(request_id=request_id, decision=decision, time=self._clock(), place=self._place(pointer))
        )

    def upstream(self, integration: str, tool: str, arguments: JSON) -> None:
        self._events.append(UpstreamCall(integration=integration, tool=tool, arguments=arguments, time=self._clock()))

    def turn_end(self) -> None:
        self._events.append(TurnEnd(time=self._clock()))

    def reached(self, tool: str) -> list[JSON]:
        """The arguments of every call that has reached ``integration/tool`` so far, in order."""
        return [
            event.arguments
            for event in self._events
            if isinstance(event, UpstreamCall) and f"{event.integration}/{event.tool}" == tool
        ]

    def trace(self) -> Trace:
        """The session so far."""
        return Trace(
            events=tuple(self._events),
            source=self._transcript.path,
            input_format="agentport-transcript/1",
            session_id=self._transcript.name,
            known_tools=self.known_tools,
        )

    def _place(self, pointer: str) -> Place:
        return Place(path=self._transcript.path, line=self._transcript.lines.get(pointer), pointer=pointer)
