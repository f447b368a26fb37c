"""Anthropic's Messages API, as Claude Code speaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.scripted_model.conversation import Asked, OfferedTool, Part, Reply, Returned, Text
from agentport_harness.scripted_model.wire import Fields, Wire, event, items, shown, texts

_REMINDER, _REMINDER_END = "<system-reminder>", "</system-reminder>"


def _read(body: Fields, _model: str) -> Asked:
    history = [as_object(message) for message in items(body.get("messages"))]
    blocks = [as_object(block) for message in history for block in items(message.get("content"))]
    return Asked(
        model=as_text(body.get("model")),
        tools=tuple(OfferedTool(name=as_text(as_object(tool).get("name"))) for tool in items(body.get("tools"))),
        results=tuple(
            (
                as_text(block.get("tool_use_id")),
                Returned(
                    texts=tuple(map(_bare, texts(block.get("content")))),
                    is_error=bool(block.get("is_error")),
                ),
            )
            for block in blocks
            if block.get("type") == "tool_result"
        ),
        size=len(history),
        shown=shown([body.get("system"), body.get("messages"), body.get("tools")]),
        streams=bool(body.get("stream")),
    )


def _bare(text: str) -> str:
    """A result without what Claude Code writes behind it."""
    if not text.rstrip().endswith(_REMINDER_END) or _REMINDER not in text:
        return text
    return text[: text.rindex(_REMINDER)].rstrip()


def _block(part: Part) -> dict[str, JSON]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    return {"type": "tool_use", "id": part.call_id, "name": part.name, "input": part.arguments}


def _parts(reply: Reply) -> tuple[Part, ...]:
    return reply.parts or (Text(text="."),)  # the API has no empty text blocks, and clients refuse them


def _reason(reply: Reply) -> str:
    return "tool_use" if reply.calls else "end_turn"


def _whole(reply: Reply, reply_id: str) -> Fields:
    return _message(reply_id, [_block(part) for part in _parts(reply)], _reason(reply))


def _message(reply_id: str, content: list[JSON], reason: JSON) -> dict[str, JSON]:
    return {
        "id": f"msg_{reply_id}", "type": "message", "role": "assistant", "model": "scripted", "content": content,
        "stop_reason": reason, "stop_sequence": None, "usage": {"input_tokens": 100, "output_tokens": 10},
    }  # fmt: skip


def _stream(reply: Reply, reply_id: str) -> Iterator[str]:
    def told(kind: str, **fields: JSON) -> str:
        return event({"type": kind, **fields}, kind)

    yield told("message_start", message=_message(reply_id, [], None))
    for number, part in enumerate(_parts(reply)):
        if isinstance(part, Text):
            start: JSON = {"type": "text", "text": ""}
            delta: JSON = {"type": "text_delta", "text": part.text}
        else:
            start = _block(part) | {"input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(part.arguments, ensure_ascii=False)}
        yield told("content_block_start", index=number, content_block=start)
        yield told("content_block_delta", index=number, delta=delta)
        yield told("content_block_stop", index=number)
    ended: JSON = {"stop_reason": _reason(reply), "stop_sequence": None}
    yield told("message_delta", delta=ended, usage={"output_tokens": 10})
    yield told("message_stop")


WIRE = Wire(
    name="anthropic-messages",
    path=r"/v1/messages",
    read=_read,
    whole=_whole,
    stream=_stream,
    count_path=r"/v1/messages/count_tokens",
    counts={"input_tokens": 100},
)
