"""``gemini -p … --output-format stream-json``: the event stream of a run without a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, seconds
from agentport_harness.importers._gemini import bare, fault_of, injected

_NAME = "gemini-stream"


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        ("tool_name" in record and "tool_id" in record)
        or (record.get("type") == "init" and "session_id" in record)
        or (record.get("type") == "message" and "role" in record and "timestamp" in record)
        for record in map(as_object, records)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    stream: _Stream | None = None
    for line, record in records:
        fields = as_object(record)
        if stream is None or fields.get("type") == "init":
            if stream is not None:
                yield stream.finished()
            stream = _Stream(source, as_text(fields.get("session_id")))
        stream.take(fields, line)
    if stream is not None:
        yield stream.finished()


class _Stream:
    """One session of a stream while it is read; what the agent writes arrives in pieces."""

    def __init__(self, source: str, session_id: str) -> None:
        self.to = Assembly(source, _NAME, session_id=session_id)
        self.pieces: list[str] = []
        self.place = Place()
        self.time: float | None = None

    def take(self, fields: Fields, line: int | None) -> None:
        """Read one event."""
        kind = as_text(fields.get("type"))
        time, place = seconds(fields.get("timestamp")), self.to.place(line)
        if kind == "message" and fields.get("role") == "assistant":
            if not self.pieces:
                self.place, self.time = self.to.place(line, "/content"), time
            self.pieces.append(as_text(fields.get("content")))
            return
        self._said()
        match kind:
            case "message":
                text = as_text(fields.get("content"))
                if text.strip() and not injected(text):
                    self.to.human(text, self.to.place(line, "/content"), time)
            case "tool_use":
                call_id, name = as_text(fields.get("tool_id")), as_text(fields.get("tool_name"))
                self.to.call(call_id, name, fields.get("parameters"), place, time)
            case "tool_result":
                self.to.answered()
                failed = fields.get("status") != "success"
                error = as_text(as_object(fields.get("error")).get("message")) if failed else ""
                text = bare(error or as_text(fields.get("output")))
                fault = fault_of(text, cancelled="[Operation Cancelled]" in text)
                self.to.result(as_text(fields.get("tool_id")), text, place, time, is_error=failed, fault=fault)
            case "result":
                self.to.turn_end(place, time)
            case "init" | "error" | "thought":
                pass
            case _:
                self.to.unknown(kind, line)

    def _said(self) -> None:
        self.to.say("".join(self.pieces), self.place, self.time)
        self.pieces = []

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        self._said()
        return self.to.trace()


GEMINI_STREAM = Importer(
    name=_NAME,
    title="gemini-cli --output-format stream-json",
    sniff=_sniff,
    read=_read,
    versions=("0.61.0",),
)
