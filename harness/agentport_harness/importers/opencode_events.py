"""``opencode run --format json``: the event stream of a run without a terminal.

The prompt is not in it, so it lacks "history"; turns can be told apart by the model's own reason to stop, and a human
message without text opens each. A call is recorded when it has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Lack, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, seconds
from agentport_harness.importers._opencode import Steps

_NAME = "opencode-events"
_LACKS: frozenset[Lack] = frozenset({"history"})
_EVENTS = frozenset({"step_start", "text", "tool_use", "step_finish", "reasoning"})


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        as_text(record.get("type")) in _EVENTS and isinstance(record.get("part"), Mapping) and "sessionID" in record
        for record in map(as_object, records)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    stream: _Stream | None = None
    for line, record in records:
        fields = as_object(record)
        session_id = as_text(fields.get("sessionID"))
        if stream is None or session_id not in ("", stream.to.session_id):
            if stream is not None:
                yield stream.finished()
            stream = _Stream(source, session_id)
        stream.take(fields, line)
    if stream is not None:
        yield stream.finished()


class _Stream:
    """One session of a stream while it is read."""

    def __init__(self, source: str, session_id: str) -> None:
        self.to = Assembly(source, _NAME, session_id=session_id, lacks=_LACKS, unheard=True)
        self.steps = Steps(self.to)

    def take(self, fields: Fields, line: int | None) -> None:
        """Read one event."""
        kind = as_text(fields.get("type"))
        part = as_object(fields.get("part"))
        if kind in _EVENTS:
            self.steps.take(part, self.to.place(line, "/part"))
            if kind == "step_finish":
                self.steps.finish()
                self.to.answered()
                if part.get("reason") == "stop":
                    self.to.turn_end(self.to.place(line), seconds(fields.get("timestamp")))
        elif kind != "error":
            self.to.unknown(kind, line)

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        self.steps.finish()
        return self.to.trace()


OPENCODE_EVENTS = Importer(
    name=_NAME,
    title="opencode run --format json",
    sniff=_sniff,
    read=_read,
    versions=("1.18.33",),
    lacks=_LACKS,
)
