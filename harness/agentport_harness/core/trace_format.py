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
_TEXTS: Mapping[str, str] = {"session_id": "", "source": "", "input_format": FORMAT}
"""The head's texts, and what they are when left out."""
_LISTS = ("lacks", "gateway_servers", "known_tools", "warnings")
_HEAD = {"format", "about", "events", *_TEXTS, *_LISTS}


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
    texts = {name: _text(fields.get(name, default), f"$.{name}") for name, default in _TEXTS.items()}
    source = source or texts["source"]
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
        event = _READERS[kind](_Entry(given, at, step, source, texts["source"] or source))
        if isinstance(event, (AgentMessage, ToolCall)):
            step = event.step
        events.append(event)
    lists = {name: _texts(fields.get(name, ()), f"$.{name}") for name in _LISTS}
    return Trace(
        events=tuple(events),
        source=source,
        input_format=texts["input_format"],
        session_id=texts["session_id"],
        lacks=frozenset(_lack(name) for name in lists["lacks"]),
        gateway_servers=frozenset(lists["gateway_servers"]),
        known_tools=frozenset(lists["known_tools"]),
        warnings=tuple(lists["warnings"]),
    )


def trace_to_document(trace: Trace) -> dict[str, JSON]:
    """The document that reads back as the same trace."""
    head: dict[str, JSON] = {"format": FORMAT}
    for name, default in _TEXTS.items():
        if (value := getattr(trace, name)) != default:
            head[name] = value
    for name in _LISTS:
        if values := getattr(trace, name):
            head[name] = list(values) if name == "warnings" else sorted(values)
    written = [_written(event, trace.source, f"/events/{seq}") for seq, event in enumerate(trace.events)]
    return head | {"events": written}


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
_REQUIRED = ("arguments", "id", "request_id", "tool")


def _written(event: Event, source: str, pointer: str) -> dict[str, JSON]:
    """The event's entry; a place that the reader would give it anyway is left out."""
    keys = _KEYS[type(event)]
    first = next(iter(keys), "")
    entry: dict[str, JSON] = {} if keys else {"turn_end": True}
    for name, attribute in keys.items():
        value = getattr(event, attribute)
        left_out = value is None or (value == "" and name != "structured")
        if not left_out or name in {first, *_REQUIRED}:
            entry[name] = value
    if event.time is not None:
        entry["time"] = event.time
    given = event.place
    told = given.path == source and (given.line is not None or not source)  # a line is a line of the source
    place: dict[str, JSON] = {} if told else {"path": given.path}
    place |= {} if given.line is None else {"line": given.line}
    place |= {} if given.pointer == pointer else {"pointer": given.pointer}
    return entry | ({"place": place} if place else {})


class _Entry:
    """One entry while it is read: its fields, its place in the document, and the step that it falls into.

    ``origin`` is what the document was made from: a line without a path is a line of that.
    """

    def __init__(self, given: Mapping[str, JSON], at: str, step: int, source: str, origin: str) -> None:
        self.given, self.at, self.step, self.source, self.origin = given, at, step, source, origin

    def allow(self, *names: str) -> None:
        for name in self.given:
            if name not in {*names, "time", "place"}:
                raise _wrong(f"Expected one of {', '.join(names)}, got {name!r}", self.at)

    def text(self, name: str, default: str | None = None) -> str:
        return _text(self.given.get(name, default), f"{self.at}.{name}")

    def number(self, name: str) -> int | None:
        return _number(self.given.get(name), f"{self.at}.{name}")

    def own_step(self) -> int:
        given = self.number("step")
        return self.step if given is None else given

    def json(self, name: str, default: JSON = None) -> JSON:
        return _json(self.given.get(name, default), f"{self.at}.{name}")

    def common(self) -> dict[str, Any]:
        time = self.given.get("time")
        if time is not None and (not isinstance(time, int | float) or isinstance(time, bool)):
            raise _wrong(f"Expected a number of seconds, got {_kind(time)}", f"{self.at}.time")
        place = _mapping(self.given.get("place", {}), f"{self.at}.place")
        return {
            "time": time,
            "place": Place(
                path=_text(
                    place.get("path", self.source if place.get("line") is None else self.origin),
                    f"{self.at}.place.path",
                ),
                line=_number(place.get("line"), f"{self.at}.place.line"),
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
        step=entry.own_step(),
        actor=entry.text("actor", ""),
        **entry.common(),
    )


def _call(entry: _Entry) -> Event:
    entry.allow("call", "id", "server", "arguments", "step", "actor")
    return ToolCall(
        call_id=entry.text("id"),
        tool=entry.text("call"),
        server=entry.text("server", ""),
        arguments=entry.json("arguments", {}),
        step=entry.own_step(),
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
        structured=entry.json("structured"),
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
        arguments=entry.json("arguments", {}),
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


def _number(value: JSON, at: str) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise _wrong(f"Expected an integer, got {_kind(value)}", at)
    return value


def _json(value: JSON, at: str) -> JSON:
    """The value, once it is known to be JSON through and through: YAML also knows dates, sets and keys of any kind."""
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            if odd := next((name for name in item if not isinstance(name, str)), None):
                raise _wrong(f"Expected names that are strings, got {odd!r}; quote it", at)
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
        elif item is not None and not isinstance(item, bool | int | float | str):
            raise _wrong(f"Expected JSON, got {type(item).__name__} {item!s:.40}; quote it", at)
    return value


def _lack(name: str) -> Lack:
    if name not in get_args(Lack):
        raise _wrong(f"Expected one of {', '.join(get_args(Lack))}, got {name!r}", "$.lacks")
    return name  # type: ignore[return-value]  # checked against the literal's own members


def _kind(value: object) -> str:
    names = {type(None): "nothing", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return names.get(type(value), "an object" if isinstance(value, Mapping) else "an array")


def _wrong(message: str, at: str) -> InputError:
    return InputError("bad-trace", f"{message} - at `{at}`")
