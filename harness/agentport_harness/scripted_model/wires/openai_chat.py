"""OpenAI's Chat Completions, as opencode speaks it to a provider of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.scripted_model.conversation import Asked, OfferedTool, Reply, Returned, Text
from agentport_harness.scripted_model.wire import Fields, Wire, event, items, shown, texts

_USAGE: Fields = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


def _read(body: Fields, _model: str) -> Asked:
    history = [as_object(message) for message in items(body.get("messages"))]
    functions = (as_object(as_object(tool).get("function")) for tool in items(body.get("tools")))
    return Asked(
        model=as_text(body.get("model")),
        tools=tuple(OfferedTool(name=as_text(function.get("name"))) for function in functions),
        results=tuple(
            (as_text(message.get("tool_call_id")), Returned(texts=texts(message.get("content"))))
            for message in history
            if message.get("role") == "tool"
        ),
        size=len(history),
        shown=shown([body.get("messages"), body.get("tools")]),
        streams=bool(body.get("stream")),
    )


def _calls(reply: Reply) -> list[JSON]:
    return [
        {
            "index": number, "id": call.call_id, "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
        }
        for number, call in enumerate(reply.calls)
    ]  # fmt: skip


def _message(reply: Reply) -> dict[str, JSON]:
    text = "\n\n".join(part.text for part in reply.parts if isinstance(part, Text))
    called: dict[str, JSON] = {"tool_calls": _calls(reply)} if reply.calls else {}
    return {"role": "assistant", "content": text} | called


def _whole(reply: Reply, reply_id: str) -> Fields:
    choice: Fields = {"index": 0, "message": _message(reply), "finish_reason": _reason(reply)}
    return {"id": f"chatcmpl-{reply_id}", "object": "chat.completion", "choices": [choice], "usage": _USAGE}


def _stream(reply: Reply, reply_id: str) -> Iterator[str]:
    def chunk(delta: JSON, reason: JSON = None, **more: JSON) -> str:
        choice: Fields = {"index": 0, "delta": delta, "finish_reason": reason}
        return event({"id": f"chatcmpl-{reply_id}", "object": "chat.completion.chunk", "choices": [choice], **more})

    yield chunk(_message(reply))
    yield chunk({}, _reason(reply), usage=_USAGE)
    yield "data: [DONE]\n\n"


def _reason(reply: Reply) -> str:
    return "tool_calls" if reply.calls else "stop"


WIRE = Wire(name="openai-chat", path=r"(?:/v1)?/chat/completions", read=_read, whole=_whole, stream=_stream)
