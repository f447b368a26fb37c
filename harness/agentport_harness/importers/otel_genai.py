"""OpenTelemetry GenAI spans, as OTLP JSON: one document, or one export to a line.

A session is a conversation (`gen_ai.conversation.id`) or else a trace. Model calls repeat their history, so a message
is taken when it has been seen less often than the call that is read repeats it. Results come from messages, and from
`execute_tool` spans where no message has them. What a recording shows depends on what its makers chose to capture:
the session lacks what no span holds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.trace import Lack, Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, text_of, too_deep
from agentport_harness.importers._otlp import Span, spans_of

_NAME = "otel-genai"
_LACKS: frozenset[Lack] = frozenset({"order_in_step"})
_MODEL_CALLS = frozenset({"chat", "generate_content", "text_completion"})
_REPEATED = frozenset({"gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions"})
_READ = frozenset({
    "gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
})  # fmt: skip
_FAILED = (2, "STATUS_CODE_ERROR")


def _sniff(records: Sequence[JSON]) -> bool:
    return any(isinstance(as_object(record).get("resourceSpans"), list) for record in records)


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    conversation_of: dict[str, str] = {}
    by_trace: dict[str, list[Span]] = {}
    messages: dict[bytes, JSON] = {}
    for line, record in records:
        for span in spans_of(as_object(record), line):
            if named := as_text(span.attributes.get("gen_ai.conversation.id")):
                conversation_of.setdefault(span.trace_id, named)
            if "gen_ai.operation.name" in span.attributes:
                by_trace.setdefault(span.trace_id, []).append(_kept(span, messages))
    sessions: dict[str, list[Span]] = {}
    for trace_id, spans in by_trace.items():
        sessions.setdefault(conversation_of.get(trace_id, trace_id), []).extend(spans)
    for session_id, spans in sessions.items():
        yield _Session(source, session_id).read(spans)


def _kept(span: Span, messages: dict[bytes, JSON]) -> Span:
    """What is read of the span. Messages that calls repeat are held once, or memory would grow with their square."""
    attributes: dict[str, JSON] = {}
    for name, value in span.attributes.items():
        if name in _REPEATED:
            told = [(_digest(message), message) for message in items(_value(value))]
            attributes[name] = [messages.setdefault(digest, message) for digest, message in told]
        elif name in _READ:
            attributes[name] = value
    return replace(span, attributes=attributes)


def _digest(message: JSON) -> bytes:
    return blake2b(repr(message).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class _Session:
    """One session while it is read."""

    def __init__(self, source: str, session_id: str) -> None:
        self.to = Assembly(source, _NAME, session_id=session_id, lacks=_LACKS)
        self.seen: Counter[tuple[str, ...]] = Counter()
        self.unanswered: set[str] = set()
        self.spoken = self.prompted = False

    def read(self, spans: Sequence[Span]) -> Trace:
        """The session that the spans tell of, in the order of their beginnings and ends."""
        operations = {as_text(span.attributes.get("gen_ai.operation.name")) for span in spans}
        models = _MODEL_CALLS if operations & _MODEL_CALLS else frozenset({"invoke_agent"})
        moments: list[tuple[int, int, Span]] = []
        for span in spans:
            operation = as_text(span.attributes.get("gen_ai.operation.name"))
            if operation in models:
                moments += [(span.start, 2, span), (span.stop, 0, span)]
            elif operation == "execute_tool":
                moments += [(span.start, 3, span), (span.stop, 1, span)]
        for moment, kind, span in sorted(moments, key=lambda moment: moment[:2]):
            (self._answered, self._tool_ended, self._asked, self._tool_began)[kind](span, moment / 1e9)
        if not self.unanswered.isdisjoint(self.to.open):
            self.to.lacks.add("results")
        if not self.spoken:
            self.to.lacks.add("assistant_text")
        if not self.prompted:
            self.to.lacks.add("human_turns")
        return self.to.trace()

    def _asked(self, span: Span, time: float) -> None:
        self._messages(span, "gen_ai.input.messages", time, new=False)

    def _answered(self, span: Span, time: float) -> None:
        self.to.answered()
        self._messages(span, "gen_ai.output.messages", time, new=True)
        for tool in items(_value(span.attributes.get("gen_ai.tool.definitions"))):
            if name := as_text(as_object(tool).get("name")):
                self.to.known_tools.add(name)

    def _messages(self, span: Span, name: str, time: float, *, new: bool) -> None:
        repeated: Counter[tuple[str, ...]] = Counter()
        place = self.to.place(span.line, f"{span.pointers.get(name, span.pointer)}/stringValue")
        for message in map(as_object, items(_value(span.attributes.get(name)))):
            for part in map(as_object, items(message.get("parts"))):
                key = _key(as_text(message.get("role")), part)
                repeated[key] += 1
                if new or repeated[key] > self.seen[key]:
                    self.seen[key] += 1
                    self._part(as_text(message.get("role")), part, place, time)

    def _part(self, role: str, part: Fields, place: Place, time: float) -> None:
        match part.get("type"):
            case "text" if role == "user":
                self.prompted = True
                self.to.human(as_text(part.get("content")), place, time)
            case "text" if role == "assistant":
                self.spoken = True
                self.to.say(as_text(part.get("content")), place, time)
            case "tool_call" | "server_tool_call" as kind:
                self.spoken = True
                call_id = as_text(part.get("id"))
                if call_id not in self.to.called:
                    given = part.get("arguments", part.get(kind))
                    self.to.call(call_id, as_text(part.get("name")), given, place, time)
            case "tool_call_response" | "server_tool_call_response" as kind:
                self._result(as_text(part.get("id")), part.get("response", part.get(kind)), place, time, None)
            case "text" | "reasoning" | "blob" | "file" | "uri" | "compaction":
                pass
            case kind:
                self.to.unknown(as_text(kind), place.line)

    def _tool_began(self, span: Span, time: float) -> None:
        call_id = as_text(span.attributes.get("gen_ai.tool.call.id")) or span.span_id
        if call_id not in self.to.called:
            given = span.attributes.get("gen_ai.tool.call.arguments")
            if given is None:
                self.to.lacks.add("arguments")
            place = self.to.place(span.line, span.pointer)
            self.to.call(call_id, as_text(span.attributes.get("gen_ai.tool.name")), given, place, time)

    def _tool_ended(self, span: Span, time: float) -> None:
        call_id = as_text(span.attributes.get("gen_ai.tool.call.id")) or span.span_id
        answer = span.attributes.get("gen_ai.tool.call.result")
        failed = span.status in _FAILED
        if answer is None and not failed:
            self.unanswered.add(call_id)
        else:
            self._result(call_id, answer, self.to.place(span.line, span.pointer), time, failed)

    def _result(self, call_id: str, answer: JSON, place: Place, time: float, failed: bool | None) -> None:
        if call_id not in self.to.open:
            return
        self.to.answered()
        if failed is None:
            self.to.lacks.add("error_flag")
        fields = as_object(_value(answer))
        if isinstance(fields.get("content"), list):
            self.to.mcp_result(call_id, fields, place, time)
        else:
            text = answer if isinstance(answer, str) else text_of(answer) or _written(answer)
            structured = None if isinstance(answer, str) else fields or None
            self.to.result(call_id, text, place, time, structured=structured, is_error=failed)


def _value(attribute: JSON) -> JSON:
    return parsed(attribute) if isinstance(attribute, str) else attribute


def _written(answer: JSON) -> str:
    return "" if answer is None or too_deep(answer) else json.dumps(answer)


def _key(role: str, part: Fields) -> tuple[str, ...]:
    kind = as_text(part.get("type"))
    told = as_text(part.get("content"))
    return role if kind == "text" else "", kind, as_text(part.get("id")), told


OTEL_GENAI = Importer(
    name=_NAME,
    title="OpenTelemetry GenAI spans (OTLP JSON)",
    sniff=_sniff,
    read=_read,
    versions=("semantic conventions 1.38", "opentelemetry-util-genai 1.3b0"),
    lacks=_LACKS,
)
