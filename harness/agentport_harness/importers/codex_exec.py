"""``codex exec --json``: the event stream of a run without a terminal.

The prompt was on the command line and is not in it. Turns can be told apart by `turn.completed`, so a human message
without text opens each; what the human may have said is missing (an id that the prompt named, for one): the format
lacks "history", not "human_turns". The stream has no model answers either: what lies between two results is a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Lack, Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, text_of, whole

_NAME = "codex-exec"
_LACKS: frozenset[Lack] = frozenset({"history"})
_EVENTS = frozenset({"item.started", "item.updated", "item.completed"})
_TURNS = frozenset({"thread.started", "turn.started", "turn.completed", "turn.failed", "error"})
_PASSED_OVER = frozenset({"error", "reasoning", "file_change", "todo_list", "plan", "plan_update", "collab_tool_call"})


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        (kind in _EVENTS and isinstance(record.get("item"), Mapping))
        or (kind == "thread.started" and "thread_id" in record)
        for record in map(as_object, records)
        if (kind := as_text(record.get("type")))
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    stream: _Stream | None = None
    for line, record in records:
        fields = as_object(record)
        if fields.get("type") == "thread.started":
            thread = as_text(fields.get("thread_id"))
            if stream is not None and stream.to.session_id != thread:
                yield stream.to.trace()
                stream = None
            stream = stream or _Stream(source, thread)
        stream = stream or _Stream(source, "")
        stream.take(fields, line)
    if stream is not None:
        yield stream.to.trace()


class _Stream:
    """One session of a stream while it is read."""

    def __init__(self, source: str, thread: str) -> None:
        self.to = Assembly(source, _NAME, session_id=thread, lacks=_LACKS, unheard=True)
        self.turn = 0

    def take(self, fields: Fields, line: int | None) -> None:
        """Read one event."""
        kind = as_text(fields.get("type"))
        if kind in _EVENTS:
            item = as_object(fields.get("item"))
            name = as_text(item.get("type"))
            if reader := _READERS.get(name):
                reader(self, item, self.to.place(line, "/item"), kind == "item.completed")
            elif name not in _PASSED_OVER:
                self.to.unknown(name or kind, line)
        elif kind == "turn.started":
            self.turn += 1  # a resumed run numbers its items afresh
        elif kind in ("turn.completed", "turn.failed"):
            self.to.turn_end(self.to.place(line))
        elif kind not in _TURNS:
            self.to.unknown(kind, line)

    def agent_message(self, item: Fields, place: Place, done: bool) -> None:
        """The agent wrote."""
        if done:
            self.to.say(as_text(item.get("text")), place)

    def mcp_tool_call(self, item: Fields, place: Place, done: bool) -> None:
        """An MCP call began or ended."""
        call_id = self._begun(
            item, as_text(item.get("tool")), item.get("arguments"), as_text(item.get("server")), place
        )
        if not done:
            return
        self.to.answered()
        result = as_object(item.get("result"))
        failed = item.get("status") == "failed"
        text = as_text(as_object(item.get("error")).get("message")) if failed else ""
        self.to.result(
            call_id,
            text or text_of(result.get("content")),
            place,
            structured=result.get("structured_content"),
            is_error=failed,
        )

    def command_execution(self, item: Fields, place: Place, done: bool) -> None:
        """A command began or ended."""
        call_id = self._begun(item, "exec_command", {"command": item.get("command")}, "", place)
        if done:
            self.to.answered()
            self.to.result(
                call_id, as_text(item.get("aggregated_output")), place, exit_code=whole(item.get("exit_code"))
            )

    def web_search(self, item: Fields, place: Place, done: bool) -> None:
        """A search began or ended."""
        call_id = self._begun(item, "web_search", {"query": item.get("query")}, "", place)
        if done:
            self.to.answered()
            self.to.result(call_id, "", place)

    def _begun(self, item: Fields, tool: str, given: JSON, server: str, place: Place) -> str:
        call_id = f"{self.turn}:{as_text(item.get('id'))}"
        if call_id not in self.to.open:
            self.to.call(call_id, tool, given, place, server=server)
        return call_id


_READERS: Mapping[str, Callable[[_Stream, Fields, Place, bool], None]] = {
    "agent_message": _Stream.agent_message,
    "assistant_message": _Stream.agent_message,
    "mcp_tool_call": _Stream.mcp_tool_call,
    "command_execution": _Stream.command_execution,
    "web_search": _Stream.web_search,
}

CODEX_EXEC = Importer(
    name=_NAME,
    title="codex exec --json",
    sniff=_sniff,
    read=_read,
    versions=("0.120", "0.150", "0.169"),
    lacks=_LACKS,
)
