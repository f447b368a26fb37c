"""Inspect AI logs: a ``.json`` log, or the samples of an ``.eval`` archive; each sample is a session.

The conversation is `messages`; every user message counts as the human's, since in an evaluation the task and whoever
plays the human are the human. Text precedes the calls of its message by convention only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Fault, Lack, Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, text_of, text_pointer

_NAME = "inspect"
_LACKS: frozenset[Lack] = frozenset({"order_in_step"})
_ATTACHED = "attachment://"
_FAULTS: Mapping[str, Fault] = {"timeout": "client_timeout", "approval": "client_refused"}


def _sniff(records: Sequence[JSON]) -> bool:
    return bool(records) and all(_is_log(fields) or _is_sample(fields) for fields in map(as_object, records))


def _is_log(fields: Fields) -> bool:
    return "task" in as_object(fields.get("eval")) and "status" in fields


def _is_sample(fields: Fields) -> bool:
    return {"epoch", "input", "target", "messages"} <= fields.keys()


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    for line, record in records:
        fields = as_object(record)
        if _is_log(fields):
            for number, sample in enumerate(items(fields.get("samples"))):
                yield _session(as_object(sample), source, line, f"/samples/{number}")
        else:
            yield _session(fields, source, line, "")


def _session(sample: Fields, source: str, line: int | None, pointer: str) -> Trace:
    named = as_text(sample.get("uuid")) or f"{sample.get('id')}/{sample.get('epoch')}"
    to = Assembly(source, _NAME, session_id=named, lacks=_LACKS)
    attached = as_object(sample.get("attachments"))
    for number, message in enumerate(map(as_object, items(sample.get("messages")))):
        place = to.place(line, f"{pointer}/messages/{number}")
        written = to.place(line, text_pointer(message.get("content"), f"{place.pointer}/content"))
        text = _text(message.get("content"), attached)
        match message.get("role"):
            case "user":
                to.human(text, written)
            case "assistant":
                to.answered()
                to.say(text, written)
                _provider_calls(to, message, place)
                for call in map(as_object, items(message.get("tool_calls"))):
                    to.call(as_text(call.get("id")), as_text(call.get("function")), call.get("arguments"), place)
            case "tool":
                to.answered()
                error = as_object(message.get("error"))
                to.result(
                    as_text(message.get("tool_call_id")),
                    text or as_text(error.get("message")),
                    place,
                    is_error=bool(error),
                    fault=_FAULTS.get(as_text(error.get("type")), ""),
                )
            case "system":
                pass
            case role:
                to.unknown(as_text(role), line)
    return to.trace()


def _provider_calls(to: Assembly, message: Fields, place: Place) -> None:
    """Calls that the model's provider made itself, which stand among the message's content with their results."""
    for block in map(as_object, items(message.get("content"))):
        if block.get("type") == "tool_use":
            call_id, server = as_text(block.get("id")), as_text(block.get("context"))
            to.call(call_id, as_text(block.get("name")), block.get("arguments"), place, server=server)
            error = as_text(block.get("error"))
            to.result(call_id, as_text(block.get("result")) or error, place, is_error=bool(error))


def _text(content: JSON, attached: Fields) -> str:
    text = text_of(content)
    if text.startswith(_ATTACHED):
        return as_text(attached.get(text.removeprefix(_ATTACHED))) or text
    return text


INSPECT = Importer(
    name=_NAME,
    title="Inspect AI log",
    sniff=_sniff,
    read=_read,
    versions=("inspect_ai 0.3.285",),
    lacks=_LACKS,
)
