"""``claude -p --output-format stream-json --verbose``: the message stream of a run without a terminal.

What the human wrote is in it only with ``--replay-user-messages``. A `result` record ends each turn, so turns can be
told apart all the same: without replayed messages human messages have no text, and the session lacks "history".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._claude import Blocks, human_text, interrupted
from agentport_harness.importers._content import Fields, items, seconds

_NAME = "claude-stream"
_PASSED_OVER = frozenset({
    "stream_event", "keep_alive", "control_request", "control_response", "control_cancel_request", "tool_progress",
    "auth_status", "rate_limit_event", "tool_use_summary", "prompt_suggestion",
})  # fmt: skip


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        isinstance(record.get("session_id"), str)
        and (
            (record.get("type") == "system" and record.get("subtype") == "init")
            or (record.get("type") in ("user", "assistant") and isinstance(record.get("message"), Mapping))
            or (record.get("type") == "result" and "num_turns" in record)
        )
        for record in map(as_object, records)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    stream: _Stream | None = None
    for line, record in records:
        fields = as_object(record)
        session_id = as_text(fields.get("session_id"))
        if stream is not None and session_id and stream.to.session_id not in ("", session_id):
            yield stream.finished()
            stream = None
        stream = stream or _Stream(source)
        stream.to.session_id = stream.to.session_id or session_id
        stream.take(fields, line)
    if stream is not None:
        yield stream.finished()


class _Stream:
    """One session of a stream while it is read."""

    def __init__(self, source: str) -> None:
        self.to = Assembly(source, _NAME, unheard=True)
        self.blocks = Blocks(self.to)
        self.prompted = False

    def take(self, fields: Fields, line: int | None) -> None:
        """Read one record."""
        kind = as_text(fields.get("type"))
        time = seconds(fields.get("timestamp"))
        message = as_object(fields.get("message"))
        actor = as_text(fields.get("parent_tool_use_id"))
        if kind == "assistant":
            self.blocks.assistant(message, line, time, actor)
        elif kind == "user":
            self._user(fields, message, line, time)
        elif kind == "result":
            self.to.turn_end(self.to.place(line), time)
        elif kind == "system":
            if fields.get("subtype") == "init":
                self.to.known_tools.update(as_text(name) for name in items(fields.get("tools")))
        elif kind not in _PASSED_OVER:
            self.to.unknown(as_text(kind), line)

    def _user(self, fields: Fields, message: Fields, line: int | None, time: float | None) -> None:
        carried = self.blocks.results(message, fields.get("tool_use_result"), line, time)
        if carried or fields.get("isSynthetic") or fields.get("parent_tool_use_id"):
            return
        text = human_text(message.get("content"))
        place = self.to.place(line, "/message/content")
        if interrupted(text):
            self.to.cancel_open(place, time)
        elif text.strip():
            self.prompted = True
        if text.strip():
            self.to.human(text, place, time)
            self.to.unheard = self.to.unheard and not self.prompted

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        if not self.prompted:
            self.to.lacks.add("history")
        self.to.known_tools.discard("")
        return self.to.trace()


CLAUDE_STREAM = Importer(
    name=_NAME,
    title="Claude Code --output-format stream-json",
    sniff=_sniff,
    read=_read,
    versions=("2.1.330",),
)
