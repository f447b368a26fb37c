"""OpenAI's Responses API, as Codex speaks it: namespaces, a tool search, custom tools and additional tools."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.scripted_model.conversation import Asked, OfferedTool, Part, Reply, Returned, Text
from agentport_harness.scripted_model.wire import Fields, Wire, event, items, shown, texts

_OUTPUTS = ("function_call_output", "custom_tool_call_output", "tool_search_output")
_DRESSING = re.compile(r"\AWall time[^\n]*\nOutput:[ \t]*(?:\n|\Z)")
"""What Codex writes in front of a result."""
_REFUSALS = (
    "MCP tool call requires approval",
    "tool call error:",
    "tool call failed",
    "unsupported call:",
    "user cancelled MCP tool call",
)
"""How Codex's own refusals and failures begin; it has no flag for them."""
_USAGE: Fields = {
    "input_tokens": 100, "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 10, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 110,
}  # fmt: skip


def _read(body: Fields, _model: str) -> Asked:
    history = [as_object(item) for item in items(body.get("input"))]
    tools = list(_tools(body.get("tools")))
    results: list[tuple[str, Returned]] = []
    for item in history:
        kind = as_text(item.get("type"))
        if kind == "additional_tools":
            tools += _tools(item.get("tools"))
        elif kind in _OUTPUTS:
            tools += _tools(item.get("tools"))
            output = as_object(item.get("output"))
            content = output.get("content") if output else item.get("output")
            results.append(
                (
                    as_text(item.get("call_id")),
                    _returned(content),
                )
            )
    return Asked(
        model=as_text(body.get("model")),
        tools=tuple(tools),
        results=tuple(results),
        size=len(history) or 1,
        shown=shown([body.get("instructions"), body.get("input"), body.get("tools")]),
        streams=bool(body.get("stream")),
    )


def _returned(content: JSON) -> Returned:
    told = tuple(bare for text in texts(content) if (bare := _DRESSING.sub("", text)) or not text)
    failed = bool(told) and told[0].lstrip().startswith(_REFUSALS)
    return Returned(texts=told, is_error=True if failed else None)


def _tools(listed: JSON, namespace: str = "") -> Iterator[OfferedTool]:
    for tool in map(as_object, items(listed)):
        kind, name = as_text(tool.get("type")), as_text(tool.get("name"))
        if kind == "namespace":
            yield from _tools(tool.get("tools"), name)
        elif kind == "tool_search":
            yield OfferedTool(name="tool_search", kind="search")
        elif name:
            yield OfferedTool(name=name, namespace=namespace, kind="custom" if kind == "custom" else "function")


def _item(part: Part, item_id: str) -> dict[str, JSON]:
    if isinstance(part, Text):
        content: list[JSON] = [{"type": "output_text", "text": part.text, "annotations": []}]
        return {"type": "message", "id": item_id, "role": "assistant", "status": "completed", "content": content}
    if part.kind == "search":
        return {
            "type": "tool_search_call", "id": item_id, "call_id": part.call_id, "status": "completed",
            "execution": "client", "arguments": part.arguments,
        }  # fmt: skip
    if part.kind == "custom":
        made: dict[str, JSON] = {"type": "custom_tool_call", "input": part.arguments}
    else:
        made = {"type": "function_call", "arguments": json.dumps(part.arguments, ensure_ascii=False)}
    named: dict[str, JSON] = {"namespace": part.namespace} if part.namespace else {}
    return made | {"id": item_id, "call_id": part.call_id, "name": part.name, "status": "completed"} | named


def _items(reply: Reply, reply_id: str) -> list[dict[str, JSON]]:
    parts = reply.parts or (Text(text=""),)
    return [
        _item(part, f"{'msg' if isinstance(part, Text) else 'fc'}_{reply_id}_{number}")
        for number, part in enumerate(parts)
    ]


def _whole(reply: Reply, reply_id: str) -> Fields:
    output: list[JSON] = [*_items(reply, reply_id)]
    return {
        "id": f"resp_{reply_id}", "object": "response", "status": "completed", "output": output, "usage": _USAGE,
    }  # fmt: skip


def _stream(reply: Reply, reply_id: str) -> Iterator[str]:
    def told(kind: str, **fields: JSON) -> str:
        return event({"type": kind, **fields}, kind)

    yield told("response.created", response={"id": f"resp_{reply_id}", "object": "response", "status": "in_progress"})
    for number, item in enumerate(_items(reply, reply_id)):
        started = item | {"status": "in_progress"} | ({"content": []} if item["type"] == "message" else {})
        yield told("response.output_item.added", output_index=number, item=started)
        if item["type"] == "message":
            for text in texts(item["content"]):
                yield told(
                    "response.output_text.delta", item_id=item["id"], output_index=number, content_index=0, delta=text
                )
        yield told("response.output_item.done", output_index=number, item=item)
    yield told("response.completed", response=_whole(reply, reply_id))


WIRE = Wire(name="openai-responses", path=r"(?:/v1)?/responses", read=_read, whole=_whole, stream=_stream)
