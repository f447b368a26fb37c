"""LangChain's messages: a list as LangChain or its loader writes it, a LangGraph state or checkpoint, or a run's.

Lines that repeat a growing conversation are one session. The text of a message precedes its calls by convention only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Lack, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, text_of, text_pointer
from agentport_harness.importers._conversations import Conversation, conversations

_NAME = "langchain"
_LACKS: frozenset[Lack] = frozenset({"order_in_step"})
_HOLDERS = ("", "/values", "/channel_values", "/outputs", "/output", "/inputs", "/input")
_KINDS = frozenset({"human", "ai", "tool", "system", "function", "remove", "developer"})


def _sniff(records: Sequence[JSON]) -> bool:
    return bool(records) and all(_is_own(record) for record in records)


def _is_own(record: JSON) -> bool:
    messages = [as_object(message) for _, message in _flatten(record)]
    return bool(messages) and all(_kind(message) in _KINDS and "content" in _fields(message) for message in messages)


def _flatten(record: JSON) -> Iterator[tuple[str, JSON]]:
    """The messages that a record holds, the fullest list where several do."""
    fields = as_object(record)
    found: list[tuple[str, Sequence[JSON]]] = [("", record)] if isinstance(record, list) else []
    for at in _HOLDERS:
        holder = as_object(fields.get(at[1:])) if at else fields
        found.append((f"{at}/messages", items(holder.get("messages"))))
    pointer, listed = max(found, key=lambda one: len(one[1]))
    if listed and isinstance(listed[0], list):  # a batch: what was asked of a model, one list for each question
        pointer, listed = f"{pointer}/0", listed[0]
    yield from ((f"{pointer}/{number}", message) for number, message in enumerate(listed))


def _wrapped(message: Fields) -> str:
    """Where the message's own fields are: in ``data`` or ``kwargs``, as different writers have it, or in itself."""
    return next((name for name in ("data", "kwargs") if isinstance(message.get(name), dict)), "")


def _fields(message: Fields) -> Fields:
    return as_object(message.get(_wrapped(message), message))


def _kind(message: Fields) -> str:
    named = as_text(_fields(message).get("type")) or as_text(message.get("type"))
    return named.removesuffix("MessageChunk").casefold()


def _key(message: Fields) -> Hashable:
    fields = _fields(message)
    calls = tuple(as_text(as_object(call).get("id")) for call in items(fields.get("tool_calls")))
    return _kind(message), text_of(fields.get("content")), as_text(fields.get("tool_call_id")), calls


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for conversation in conversations(records, _flatten, _key):
        yield _session(conversation, source)


def _session(conversation: Conversation, source: str) -> Trace:
    to = Assembly(source, _NAME, session_id=conversation.session_id, lacks=_LACKS)
    to.known_tools |= conversation.tools
    for said in conversation.said:
        fields, inner = _fields(said.message), _wrapped(said.message)
        at = f"{said.pointer}/{inner}" if inner else said.pointer
        content = fields.get("content")
        text, written = text_of(content), to.place(said.line, text_pointer(content, f"{at}/content"))
        match kind := _kind(said.message):
            case "human":
                to.human(text, written)
            case "ai":
                to.answered()
                to.say(text, written)
                for name in ("tool_calls", "invalid_tool_calls"):
                    for number, call in enumerate(map(as_object, items(fields.get(name)))):
                        place = to.place(said.line, f"{at}/{name}/{number}")
                        to.call(as_text(call.get("id")), as_text(call.get("name")), call.get("args"), place)
            case "tool" | "function":
                to.answered()
                artifact = as_object(fields.get("artifact"))
                failed = {"error": True, "success": False}.get(as_text(fields.get("status")))
                if failed is None:
                    to.lacks.add("error_flag")
                to.result(
                    as_text(fields.get("tool_call_id")) or as_text(fields.get("name")), text, written,
                    structured=artifact.get("structured_content"), is_error=failed,
                )  # fmt: skip
            case "system" | "developer" | "remove":
                pass
            case _:
                to.unknown(kind, said.line)
    return to.trace()


LANGCHAIN = Importer(
    name=_NAME,
    title="LangChain messages, LangGraph states",
    sniff=_sniff,
    read=_read,
    versions=("langchain-core 1.7.2", "langgraph 1.2.22"),
    lacks=_LACKS,
)
