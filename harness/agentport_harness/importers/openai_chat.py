"""OpenAI Chat Completions: ``messages`` of a request, with the message of its response when that is logged too.

A document is a list of messages, a request, or ``{"request": …, "response": …}``; lines that repeat a growing history
are one session. Text precedes the calls of its message by convention only, and results carry no error flag.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Lack, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, text_of, text_pointer
from agentport_harness.importers._conversations import Conversation, conversations

_NAME = "openai-chat"
_LACKS: frozenset[Lack] = frozenset({"order_in_step"})
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_FOREIGN_KEYS = frozenset({"info", "epoch", "schema_version", "projectHash", "resourceSpans", "system", "threadId"})
_FOREIGN_MESSAGE_KEYS = frozenset({"parts", "source", "stop_reason", "type", "toolCalls", "toolCallId"})
_FOREIGN_BLOCKS = frozenset({
    "tool_use", "tool_result", "mcp_tool_use", "mcp_tool_result", "server_tool_use", "thinking", "input_text",
    "output_text", "tool_call", "tool_call_response",
})  # fmt: skip


def _sniff(records: Sequence[JSON]) -> bool:
    return bool(records) and all(_is_chat(record) for record in records)


def _is_chat(record: JSON) -> bool:
    if not _FOREIGN_KEYS.isdisjoint(as_object(record)):
        return False
    messages = [as_object(message) for _, message in _flatten(record)]
    return bool(messages) and all(
        as_text(message.get("role")) in _ROLES
        and _FOREIGN_MESSAGE_KEYS.isdisjoint(message)
        and not any(as_text(as_object(block).get("type")) in _FOREIGN_BLOCKS for block in items(message.get("content")))
        for message in messages
    )


def _flatten(record: JSON) -> Iterator[tuple[str, JSON]]:
    if isinstance(record, list):
        yield from ((f"/{number}", message) for number, message in enumerate(record))
    fields = as_object(record)
    for at, request in (("", fields), ("/request", as_object(fields.get("request")))):
        yield from (
            (f"{at}/messages/{number}", message) for number, message in enumerate(items(request.get("messages")))
        )
    for at, response in (("", fields), ("/response", as_object(fields.get("response")))):
        for choice in items(response.get("choices"))[:1]:
            yield f"{at}/choices/0/message", as_object(choice).get("message")


def _key(message: Fields) -> Hashable:
    calls = tuple(as_text(as_object(call).get("id")) for call in items(message.get("tool_calls")))
    return as_text(message.get("role")), text_of(message.get("content")), as_text(message.get("tool_call_id")), calls


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for conversation in conversations(records, _flatten, _key):
        yield _session(conversation, source)


def _session(conversation: Conversation, source: str) -> Trace:
    to = Assembly(source, _NAME, session_id=conversation.session_id, lacks=_LACKS)
    to.known_tools |= conversation.tools
    for said in conversation.said:
        message, place = said.message, to.place(said.line, said.pointer)
        written = to.place(said.line, text_pointer(message.get("content"), f"{said.pointer}/content"))
        text = text_of(message.get("content"))
        match message.get("role"):
            case "user":
                to.human(text, written)
            case "assistant":
                to.answered()
                to.say(text or as_text(message.get("refusal")), written)
                for call in map(as_object, items(message.get("tool_calls"))):
                    called = as_object(call.get("function")) or as_object(call.get("custom"))
                    given = called.get("arguments", called.get("input"))
                    to.call(as_text(call.get("id")), as_text(called.get("name")), given, place)
                if called := as_object(message.get("function_call")):
                    to.call(as_text(called.get("name")), as_text(called.get("name")), called.get("arguments"), place)
            case "tool" | "function":
                to.answered()
                to.lacks.add("error_flag")
                to.result(as_text(message.get("tool_call_id")) or as_text(message.get("name")), text, place)
            case "system" | "developer":
                pass
            case role:
                to.unknown(as_text(role), said.line)
    return to.trace()


OPENAI_CHAT = Importer(
    name=_NAME,
    title="OpenAI Chat Completions",
    sniff=_sniff,
    read=_read,
    versions=("openai 3.54",),
    lacks=_LACKS,
)
