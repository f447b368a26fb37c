"""``agentport-trace/1``: a trace as a plain document, readable by people, written and read without loss.

One entry per event, named by its first key: ``human``, ``agent``, ``call``, ``result``, ``prompt``, ``decision``,
``upstream`` or ``turn_end``. ``step`` may be left out: what the agent says and calls between two results is one step.
The schema is ``schemas/trace.v1.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON
from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    Fault,
    HumanMessage,
    Lack,
    Place,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)

FORMAT = "agentport-trace/1"
_HEAD = {"format", "about", "session_id", "source", "input_format", "lacks", "gateway_servers", "known_tools", "events"}


def trace_from_document(document: JSON, *, source: str = "") -> Trace:
    """The trace that a document holds. Raises `InputError` that names the place, as in ``$.events[3].id``."""
    fields = _mapping(document, "$")
    if fields.get("format") != FORMAT:
        raise _wrong(f'Expected "{FORMAT}", got {fields.get("format")!r}', "$.format")
    for name in fields:
        if name not in _HEAD:
            raise _wrong(f"Expected one of {', '.join(sorted(_HEAD))}, got {name!r}", "$")
    entries = fields.get("events")
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise _wrong(f"Expected an array, got {_kind(entries)}", "$.events")
    events: list[Event] = []
    step, agent_holds = 0, False
    for index, entry in enumerate(entries):
        at = f"$.events[{index}]"
        given = _mapping(entry, at)
        kind = next((name for name in _READERS if name in given), None)
        if kind is None:
            raise _wrong(f"Expected an event with one of {', '.join(_READERS)}, got {sorted(given)}", at)
        agents = kind in {"agent", "call"}
        step += agents and not agent_holds
        agent_holds = agents or (agent_holds and kind in {"decision", "upstream", "prompt"})
        event = _READERS[kind](_Entry(given, at, step, source))
        if isinstance(event, (AgentMessage, ToolCall)):
            step = event.step
        events.append(event)
    return Trace(
        events=tuple(events),
        source=source or _text(fields.get("source", ""), "$.source"),
        input_format=_text(fields.get("input_format", FORMAT), "$.input_format"),
        session_id=_text(fields.get("session_id", ""), "$.session_id"),
        lacks=frozenset(_lack(name) for name in _texts(fields.get("lacks", ()), "$.lacks")),
        gateway_servers=frozenset(_texts(fields.get("gateway_servers", ()), "$.gateway_servers")),
        known_tools=frozenset(_texts(fields.get("known_tools", ()), "$.known_tools")),
    )


def trace_to_document(trace: Trace) -> dict[str, JSON]:
    """The document that reads back as the same trace."""
    head: dict[str, JSON] = {"format": FORMAT}
    for name in ("session_id", "source", "input_format"):
        if value := getattr(trace, name):
            head[name] = value
    for name in ("lacks", "gateway_servers", "known_tools"):
        if values := sorted(getattr(trace, name)):
            head[name] = values
    return head | {"events": [_written(event) for event in trace.events]}


_KEYS: Mapping[type, Mapping[str, str]] = {
    HumanMessage: {"human": "text"},
    AgentMessage: {"agent": "text", "step": "step", "actor": "actor"},
    ToolCall: {
        "call": "tool",
        "id": "call_id",
        "server": "server",
        "arguments": "arguments",
        "step": "step",
        "actor": "actor",
    },
    ToolResult: {
        "result": "call_id",
        "text": "text",
        "structured": "structured",
        "is_error": "is_error",
        "exit_code": "exit_code",
        "status": "status",
        "fault": "fault",
    },
    UrlPrompt: {"prompt": "url", "message": "message"},
    Decision: {"decision": "decision", "request_id": "request_id"},
    UpstreamCall: {"upstream": "integration", "tool": "tool", "arguments": "arguments"},
    TurnEnd: {},
}


def _written(event: Event) -> dict[str, JSON]:
    keys = _KEYS[type(event)]
    first = next(iter(keys), "")
    entry: dict[str, JSON] = {"turn_end": True} if not keys else {}
    for name, attribute in keys.items():
        value = getattr(event, attribute)
        if name == first or name in {"step", "arguments", "id"} or value not in (None, ""):
            entry[name] = value
    if event.time is not None:
        entry["time"] = event.time
    place = {
        name: value
        for name, value in (("path", event.place.path), ("line", event.place.line), ("pointer", event.place.pointer))
        if value not in (None, "")
    }
    return entry | ({"place": place} if place else {})


class _Entry:
    """One entry while it is read: its fields, its place in the document, and the step that it falls into."""

    def __init__(self, given: Mapping[str, JSON], at: str, step: int, source: str) -> None:
        self.given, self.at, self.step, self.source = given, at, step, source

    def allow(self, *names: str) -> None:
        for name in self.given:
            if name not in {*names, "time", "place"}:
                raise _wrong(f"Expected one of {', '.join(names)}, got {name!r}", self.at)

    def text(self, name: str, default: str | None = None) -> str:
        return _text(self.given.get(name, default), f"{self.at}.{name}")

    def number(self, name: str) -> int | None:
        value = self.given.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise _wrong(f"Expected an integer, got {_kind(value)}", f"{self.at}.{name}")
        return value

    def common(self) -> dict[str, Any]:
        time = self.given.get("time")
        if time is not None and (not isinstance(time, int | float) or isinstance(time, bool)):
            raise _wrong(f"Expected a number of seconds, got {_kind(time)}", f"{self.at}.time")
        place = _mapping(self.given.get("place", {}), f"{self.at}.place")
        line = place.get("line")
        return {
            "time": time,
            "place": Place(
                path=_text(place.get("path", self.source), f"{self.at}.place.path"),
                line=line if isinstance(line, int) else None,
                pointer=_text(place.get("pointer", f"/events/{self.at[9:-1]}"), f"{self.at}.place.pointer"),
            ),
        }


def _human(entry: _Entry) -> Event:
    entry.allow("human")
    return HumanMessage(text=entry.text("human"), **entry.common())


def _agent(entry: _Entry) -> Event:
    entry.allow("agent", "step", "actor")
    return AgentMessage(
        text=entry.text("agent"),
        step=entry.number("step") or entry.step,
        actor=entry.text("actor", ""),
        **entry.common(),
    )


def _call(entry: _Entry) -> Event:
    entry.allow("call", "id", "server", "arguments", "step", "actor")
    return ToolCall(
        call_id=entry.text("id"),
        tool=entry.text("call"),
        server=entry.text("server", ""),
        arguments=entry.given.get("arguments", {}),
        step=entry.number("step") or entry.step,
        actor=entry.text("actor", ""),
        **entry.common(),
    )


def _result(entry: _Entry) -> Event:
    entry.allow("result", "text", "structured", "is_error", "exit_code", "status", "fault")
    flag, fault = entry.given.get("is_error"), entry.given.get("fault", "")
    if flag is not None and not isinstance(flag, bool):
        raise _wrong(f"Expected true or false, got {_kind(flag)}", f"{entry.at}.is_error")
    if fault not in get_args(Fault):
        raise _wrong(f"Expected one of {', '.join(get_args(Fault)[1:])}, got {fault!r}", f"{entry.at}.fault")
    return ToolResult(
        call_id=entry.text("result"),
        text=entry.text("text", ""),
        structured=entry.given.get("structured"),
        is_error=flag,
        exit_code=entry.number("exit_code"),
        status=entry.number("status"),
        fault=fault,  # type: ignore[arg-type]  # checked against the literal's own members
        **entry.common(),
    )


def _prompt(entry: _Entry) -> Event:
    entry.allow("prompt", "message")
    return UrlPrompt(url=entry.text("prompt"), message=entry.text("message", ""), **entry.common())


def _decision(entry: _Entry) -> Event:
    entry.allow("decision", "request_id")
    decision = entry.text("decision")
    if decision not in ("approve_once", "allow_tool", "deny"):
        raise _wrong(f"Expected approve_once, allow_tool or deny, got {decision!r}", f"{entry.at}.decision")
    return Decision(request_id=entry.text("request_id"), decision=decision, **entry.common())  # type: ignore[arg-type]


def _upstream(entry: _Entry) -> Event:
    entry.allow("upstream", "tool", "arguments")
    return UpstreamCall(
        integration=entry.text("upstream"),
        tool=entry.text("tool"),
        arguments=entry.given.get("arguments", {}),
        **entry.common(),
    )


def _turn_end(entry: _Entry) -> Event:
    entry.allow("turn_end")
    return TurnEnd(**entry.common())


_READERS: Mapping[str, Callable[[_Entry], Event]] = {
    "human": _human,
    "agent": _agent,
    "call": _call,
    "result": _result,
    "prompt": _prompt,
    "decision": _decision,
    "upstream": _upstream,
    "turn_end": _turn_end,
}


def _mapping(value: JSON, at: str) -> Mapping[str, JSON]:
    if not isinstance(value, Mapping):
        raise _wrong(f"Expected an object, got {_kind(value)}", at)
    return value


def _text(value: JSON, at: str) -> str:
    if not isinstance(value, str):
        raise _wrong(f"Expected a string, got {_kind(value)}", at)
    return value


def _texts(value: JSON, at: str) -> list[str]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise _wrong(f"Expected an array of strings, got {_kind(value)}", at)
    return [_text(item, f"{at}[{index}]") for index, item in enumerate(value)]


def _lack(name: str) -> Lack:
    if name not in get_args(Lack):
        raise _wrong(f"Expected one of {', '.join(get_args(Lack))}, got {name!r}", "$.lacks")
    return name  # type: ignore[return-value]  # checked against the literal's own members


def _kind(value: object) -> str:
    names = {type(None): "nothing", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return names.get(type(value), "an object" if isinstance(value, Mapping) else "an array")


def _wrong(message: str, at: str) -> InputError:
    return InputError("bad-trace", f"{message} - at `{at}`")
