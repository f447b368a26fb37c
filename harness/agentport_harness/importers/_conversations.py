"""Sessions out of logged model calls: a call that repeats what was said before goes on with the same session."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from agentport_harness.core.importer import Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.importers._content import Fields, items

_IDS = ("session_id", "conversation_id", "thread_id", "trace_id", "custom_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message or item, with its line and pointer. ``key`` is equal where it is repeated."""

    message: Fields
    line: int | None
    pointer: str
    key: Hashable


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What was said in one session, and the tools that the model was offered."""

    session_id: str
    said: list[Said] = field(default_factory=list)
    tools: set[str] = field(default_factory=set)


Flatten = Callable[[JSON], Iterator[tuple[str, JSON]]]
Key = Callable[[Fields], Hashable]
Follows = Callable[[Fields, Fields], bool]


def conversations(
    records: Iterable[Record], flatten: Flatten, key: Key, follows: Follows = lambda *_: False
) -> Iterator[Conversation]:
    """The sessions of records, each of which holds the messages that ``flatten`` finds, with their pointers.

    A record that begins with all of the last one's messages goes on with it, and so does one that ``follows`` the last
    one; a record that holds no more than the last one's beginning is a repetition. Different names, different sessions.
    """
    current: Conversation | None = None
    before: Fields = {}
    for line, record in records:
        said = [
            Said(message=message, line=line, pointer=pointer, key=key(message))
            for pointer, value in flatten(record)
            if (message := as_object(value))
        ]
        fields = as_object(record)
        if current is not None:
            known = len(current.said)
            shared = min(known, len(said))
            named = _named(fields) in ("", _named(before))
            repeats = known > 0 and named and all(said[at].key == current.said[at].key for at in range(shared))
            if repeats or follows(before, fields):
                current.said += said[known:] if repeats else said
                current.tools |= _tools(fields)
                before = fields
                continue
            yield current
        before = fields
        current = Conversation(session_id=_session_id(fields, line), said=said, tools=_tools(fields))
    if current is not None:
        yield current


def _named(fields: Fields) -> str:
    return next((name for key in _IDS if (name := as_text(fields.get(key)))), "")


def _session_id(fields: Fields, line: int | None) -> str:
    return _named(fields) or as_text(fields.get("id")) or ("" if line is None else f"line {line}")


def _tools(fields: Fields) -> set[str]:
    """The names of the tools that a logged call offered."""
    request = as_object(fields.get("request"))
    found = set()
    for tool in (*items(fields.get("tools")), *items(request.get("tools"))):
        described = as_object(tool)
        found.add(as_text(described.get("name")) or as_text(as_object(described.get("function")).get("name")))
    return found - {""}
