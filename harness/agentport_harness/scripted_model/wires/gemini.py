"""Gemini's generateContent, as gemini-cli speaks it. Calls and results are matched by their order in the history."""

from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.scripted_model.conversation import Asked, OfferedTool, Part, Reply, Returned, Text
from agentport_harness.scripted_model.wire import Fields, Wire, event, items, shown, texts

_WRAP, _WRAP_END = "<untrusted_context>", "</untrusted_context>"
_REPORTED = " with response: "


def _read(body: Fields, model: str) -> Asked:
    history = [as_object(content) for content in items(body.get("contents"))]
    parts = [as_object(part) for content in history for part in items(content.get("parts"))]
    answers = [as_object(part["functionResponse"]) for part in parts if "functionResponse" in part]
    declared = (
        as_object(declaration)
        for tool in items(body.get("tools"))
        for declaration in items(as_object(tool).get("functionDeclarations"))
    )
    return Asked(
        model=model,
        tools=tuple(OfferedTool(name=as_text(declaration.get("name"))) for declaration in declared),
        results=tuple((as_text(answer.get("id")), _returned(as_object(answer.get("response")))) for answer in answers),
        size=len(history),
        shown=shown([body.get("systemInstruction"), body.get("contents"), body.get("tools")]),
    )


def _returned(response: Fields) -> Returned:
    failed = "error" in response
    value = response.get("error" if failed else "output")
    told = (value,) if isinstance(value, str) else texts(value)
    return Returned(texts=tuple(map(_bare, told)), is_error=failed)


def _bare(text: str) -> str:
    """A result without what gemini-cli wraps around it; of a reported error the server's own words."""
    if text.startswith(_WRAP):
        text = text.removeprefix(_WRAP).rstrip().removesuffix(_WRAP_END).strip("\n")
    head, reported, serialised = text.partition(_REPORTED)
    if not reported or not head.startswith("MCP tool '"):
        return text
    answers = (as_object(as_object(part).get("functionResponse")) for part in items(parsed(serialised)))
    responses = [as_object(answer.get("response")) for answer in answers]
    told = (texts(one.get("content")) or texts(as_object(one.get("error")).get("content")) for one in responses)
    return "\n".join(word for words in told for word in words) or text


def _part(part: Part) -> JSON:
    if isinstance(part, Text):
        return {"text": part.text}
    return {"functionCall": {"id": part.call_id, "name": part.name, "args": part.arguments}}


def _whole(reply: Reply, reply_id: str) -> Fields:
    parts: list[JSON] = [_part(part) for part in reply.parts or (Text(text="."),)]
    candidate: Fields = {"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
    usage: Fields = {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110}
    return {"responseId": reply_id, "candidates": [candidate], "usageMetadata": usage}


def _stream(reply: Reply, reply_id: str) -> Iterator[str]:
    yield event(_whole(reply, reply_id))


WIRE = Wire(
    name="gemini",
    path=r"/v1(?:beta)?/models/(?P<model>[^/:]+):(?P<method>generateContent|streamGenerateContent)",
    read=_read,
    whole=_whole,
    stream=_stream,
    count_path=r"/v1(?:beta)?/models/[^/:]+:countTokens",
    counts={"totalTokens": 100},
)
