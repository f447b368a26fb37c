"""Anthropic Messages: ``messages`` of a request, with the message of its response when that is logged too.

A document is a list of messages, a request, or ``{"request": …, "response": …}``; lines that repeat a growing history
are one session. Results come back in user messages; those are the human's only as far as they carry text of their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, text_of
from agentport_harness.importers._conversations import Conversation, conversations

_NAME = "anthropic-messages"
_CALLS = frozenset({"tool_use", "mcp_tool_use", "server_tool_use"})
_OWN_BLOCKS = _CALLS | {"tool_result", "mcp_tool_result", "thinking", "redacted_thinking"}
_OTHERS = frozenset({"sessionId", "session_id", "parentUuid", "uuid"})
"""Keys of other formats' records that hold such messages."""
_SILENT = frozenset({
    "thinking", "redacted_thinking", "image", "document", "search_result", "container_upload", "tool_reference",
})  # fmt: skip


def _sniff(records: Sequence[JSON]) -> bool:
    return any(_is_own(record) for record in records)


def _is_own(record: JSON) -> bool:
    fields = as_object(record)
    if not _OTHERS.isdisjoint(fields):
        return False
    messages = [as_object(message) for _, message in _flatten(record)]
    if not messages or any(message.get("role") not in ("user", "assistant") for message in messages):
        return False
    return any(key in fields or key in as_object(fields.get("request")) for key in ("system", "stop_reason")) or any(
        "stop_reason" in message
        or any(as_text(as_object(block).get("type")) in _OWN_BLOCKS for block in items(message.get("content")))
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
        if response.get("role") == "assistant" and "content" in response:
            yield at, response


def _key(message: Fields) -> Hashable:
    blocks = tuple(
        as_text(block.get("id")) or as_text(block.get("tool_use_id"))
        for block in map(as_object, items(message.get("content")))
    )
    return as_text(message.get("role")), text_of(message.get("content")), blocks if any(blocks) else ()


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for conversation in conversations(records, _flatten, _key):
        yield _session(conversation, source)


def _session(conversation: Conversation, source: str) -> Trace:
    to = Assembly(source, _NAME, session_id=conversation.session_id)
    to.known_tools |= conversation.tools
    for said in conversation.said:
        role, content = said.message.get("role"), said.message.get("content")
        blocks: Sequence[JSON] = [content] if isinstance(content, str) else items(content)
        pointer = f"{said.pointer}/content"
        listed = not isinstance(content, str)
        places = [to.place(said.line, f"{pointer}/{number}" if listed else pointer) for number in range(len(blocks))]
        if role == "assistant":
            to.answered()
            for block, place in zip(blocks, places, strict=True):
                _assistant_block(to, block, place)
        elif role == "user":
            texts = []
            for block, place in zip(blocks, places, strict=True):
                if not _result(to, as_object(block), place):
                    texts.append(text_of([block]))
            text = "\n".join(text for text in texts if text)
            if text.strip():
                to.human(text, to.place(said.line, pointer))
        elif role != "system":
            to.unknown(as_text(role), said.line)
    return to.trace()


def _assistant_block(to: Assembly, block: JSON, place: Place) -> None:
    fields = as_object(block)
    kind = as_text(fields.get("type"))
    if kind in _CALLS:
        server = as_text(fields.get("server_name"))
        to.call(as_text(fields.get("id")), as_text(fields.get("name")), fields.get("input"), place, server=server)
    elif text := text_of([block]):
        to.say(text, to.place(place.line, f"{place.pointer}/text") if fields else place)
    elif not _result(to, fields, place) and kind not in _SILENT and not isinstance(block, str) and kind != "text":
        to.unknown(kind, place.line)


def _result(to: Assembly, fields: Fields, place: Place) -> bool:
    kind = as_text(fields.get("type"))
    if not kind.endswith("tool_result"):
        return False
    to.answered()
    call_id, text = as_text(fields.get("tool_use_id")), text_of(fields.get("content"))
    to.result(call_id, text, place, is_error=fields.get("is_error") is True)
    return True


ANTHROPIC_MESSAGES = Importer(
    name=_NAME,
    title="Anthropic Messages",
    sniff=_sniff,
    read=_read,
    versions=("anthropic 2.12",),
)
