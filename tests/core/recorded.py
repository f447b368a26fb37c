"""Short recordings of gateway sessions that the tests of single modules share."""

from __future__ import annotations

from itertools import count
from typing import Any

from agentport_harness.core.json_values import JSON
from agentport_harness.core.session import Session
from agentport_harness.core.trace import Event, ToolCall, ToolResult, Trace
from agentport_harness.surfaces.reading import read_session

ID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"
URL = f"https://gw.example/approve/{ID}"
_NUMBERS = count(1)


def recorded(*parts: Event | tuple[Event, ...], **head: Any) -> Session:
    """The session of these events, one after another."""
    events: list[Event] = []
    for part in parts:
        events += part if isinstance(part, tuple) else (part,)
    return read_session(Trace(events=tuple(events), **head))


def asked(short: str, answer: JSON = None, *, text: str = "", is_error: bool | None = None, **arguments: JSON) -> Any:
    """A call of a meta tool and its answer: ``answer`` is the structured one."""
    call_id = f"call-{next(_NUMBERS)}"
    return (
        ToolCall(call_id=call_id, tool=f"agentport__{short}", arguments=arguments, step=1),
        ToolResult(call_id=call_id, text=text, structured=answer, is_error=is_error),
    )


def parked(**arguments: JSON) -> Any:
    """A call that is answered with the approval URL."""
    return asked(
        "call_tool",
        {"outcome": "approval_required", "request_id": ID, "approval_url": URL},
        integration_id="stripe",
        tool_name="create_refund",
        arguments=arguments,
    )


def waited(outcome: str) -> Any:
    """A wait for the decision, and what it came back with."""
    return asked("await_approval", {"outcome": outcome, "request_id": ID}, request_id=ID)
