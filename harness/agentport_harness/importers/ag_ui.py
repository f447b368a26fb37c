"""AG-UI: the events of an agent's runs, as server-sent events, lines or an array; or the messages of a conversation.

A session is a thread, and each of its runs a turn, unless a call of it is still to be answered by the client. A run
may repeat the conversation, in its input and in snapshots: a message is taken when it is new. What the human wrote is
nowhere else, so a run without it begins with a human message without text until a snapshot tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.trace import Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, seconds, text_of, text_pointer

_NAME = "ag-ui"
_PASSED_OVER = ("STATE_", "STEP_", "REASONING_", "THINKING_", "ACTIVITY_", "SUBAGENT_", "RAW", "CUSTOM")
_OWN_KEYS = frozenset({"toolCalls", "toolCallId"})
_ROLES = frozenset({"developer", "system", "assistant", "user", "tool", "activity", "reasoning"})


def _sniff(records: Sequence[JSON]) -> bool:
    return any(_is_event(record) or _is_input(record) for record in map(as_object, records)) or (
        bool(records) and all(_are_messages(_messages(record)) for record in records)
    )


def _is_event(record: Fields) -> bool:
    return as_text(record.get("type")) in _READERS


def _is_input(record: Fields) -> bool:
    return {"threadId", "runId"} <= record.keys() and isinstance(record.get("messages"), list)


def _messages(record: JSON) -> Sequence[JSON]:
    return items(record) or items(as_object(record).get("messages"))


def _are_messages(values: Sequence[JSON]) -> bool:
    messages = [as_object(value) for value in values]
    return all(as_text(message.get("role")) in _ROLES for message in messages) and any(
        not _OWN_KEYS.isdisjoint(message) for message in messages
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    thread: _Thread | None = None
    for line, record in records:
        fields = as_object(record)
        named = as_text(fields.get("threadId"))
        if thread is None or not thread.goes_on(record, fields, named):
            if thread is not None:
                thread.left(line)
                yield thread.finished()
            thread = _Thread(source)
        thread.to.session_id = thread.to.session_id or named
        thread.take(record, fields, line)
    if thread is not None:
        yield thread.finished()


@dataclass(slots=True, kw_only=True)
class _Streamed:
    """A message or call that comes in pieces; ``place`` is its first piece's."""

    name: str
    place: Place
    time: float | None
    actor: str
    chunked: bool
    pieces: list[str] = field(default_factory=list)


class _Thread:
    """One session while it is read. What the human wrote may come after what the agent did."""

    def __init__(self, source: str) -> None:
        self.to = Assembly(source, _NAME)
        self.message: _Streamed | None = None
        self.calls: dict[str, _Streamed] = {}
        self.last_text = self.last_call = ""
        self.ids: dict[str, int] = {}
        self.seen: Counter[tuple[str, str]] = Counter()
        self.run = 0
        self.unheard: dict[int, int] = {}
        self.idle = True
        self.running = False

    def goes_on(self, record: JSON, fields: Fields, named: str) -> bool:
        """Whether a record is of this session: it names the same one, or repeats its first message."""
        messages = _messages(record) if "type" not in fields else ()
        if named or not messages:
            return not named or self.to.session_id in ("", named)
        return as_text(as_object(messages[0]).get("id")) in self.ids

    def take(self, record: JSON, fields: Fields, line: int | None) -> None:
        """Read one event, or a conversation."""
        kind = as_text(fields.get("type"))
        if reader := _READERS.get(kind):
            reader(self, fields, line)
        elif _messages(record):
            pointer = "" if isinstance(record, list) else "/messages"
            self._conversation(_messages(record), line, pointer)
            self._offered(fields)
        elif not kind.startswith(_PASSED_OVER):
            self.to.unknown(kind, line)

    def started(self, event: Fields, line: int | None) -> None:
        """A run began."""
        self.left(line)
        self.running = True
        self.run += 1
        given = as_object(event.get("input"))
        self._conversation(items(given.get("messages")), line, "/input/messages")
        self._offered(given)
        if self.idle:
            self.unheard[self.run] = self.to.human("", self.to.place(line), seconds(event.get("timestamp")))
        self.idle = False

    def left(self, line: int | None) -> None:
        """Something else begins; a run that had not ended was cut off, or goes on among what follows."""
        if self.running:
            at = "" if line is None else f" in line {line}"
            self.to.note(f"a run had not ended when the next began{at}: were two sessions written into one?")

    def ended(self, event: Fields, line: int | None) -> None:
        """A run ended; one whose calls the client is to answer goes on with the next run."""
        self._flush()
        self.running = False
        place, time = self.to.place(line), seconds(event.get("timestamp"))
        outcome = as_object(event.get("outcome")).get("type")
        if outcome == "cancelled":
            self.to.cancel_open(place, time)
        if outcome != "interrupt" and (event.get("type") == "RUN_ERROR" or not self.to.open):
            self.to.turn_end(place, time)
            self.idle = True

    def text(self, event: Fields, line: int | None) -> None:
        """A message began, went on or ended."""
        kind = as_text(event.get("type"))
        message_id = as_text(event.get("messageId")) or self.last_text
        if message_id != self.last_text:
            self._text_ended()
        self._chunks_ended()
        self.last_text = message_id
        if kind == "TEXT_MESSAGE_END":
            self._text_ended()
            return
        if self.message is None:
            self.message = self._streamed(as_text(event.get("role")) or "assistant", event, line)
        if piece := as_text(event.get("delta")):
            if not self.message.pieces:
                self.message.place = self.to.place(line, "/delta")
            self.message.pieces.append(piece)

    def call(self, event: Fields, line: int | None) -> None:
        """A call began, got more of its arguments, or was complete."""
        kind = as_text(event.get("type"))
        call_id = as_text(event.get("toolCallId")) or self.last_call
        if call_id != self.last_call:
            self._chunks_ended()
        self._text_ended()
        self.last_call = call_id
        if kind == "TOOL_CALL_END":
            self._call_ended(call_id)
            return
        name = as_text(event.get("toolCallName"))
        if call_id not in self.calls and name:
            self.calls[call_id] = self._streamed(name, event, line)
        if call_id not in self.calls:
            self.to.unknown(f"{kind} of a call that is not under way", line)
        elif piece := as_text(event.get("delta")):
            self.calls[call_id].pieces.append(piece)

    def result(self, event: Fields, line: int | None) -> None:
        """A call was answered."""
        self._flush()
        call_id = as_text(event.get("toolCallId"))
        place = self.to.place(line, text_pointer(event.get("content"), "/content"))
        self._answered(call_id, event.get("content"), None, place, seconds(event.get("timestamp")))

    def snapshot(self, event: Fields, line: int | None) -> None:
        """The conversation as it is by now."""
        self._flush()
        self._conversation(items(event.get("messages")), line, "/messages")

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        self._flush()
        if self.unheard:
            self.to.lacks.add("history")
        return self.to.trace()

    def _streamed(self, name: str, event: Fields, line: int | None) -> _Streamed:
        time, actor = seconds(event.get("timestamp")), as_text(event.get("subagentRunId"))
        chunked = as_text(event.get("type")).endswith("_CHUNK")
        return _Streamed(name=name, place=self.to.place(line), time=time, actor=actor, chunked=chunked)

    def _chunks_ended(self) -> None:
        if (last := self.calls.get(self.last_call)) and last.chunked:
            self._call_ended(self.last_call)

    def _flush(self) -> None:
        self._text_ended()
        for call_id in list(self.calls):
            self._call_ended(call_id)

    def _text_ended(self) -> None:
        if streamed := self.message:
            self.message = None
            text = "".join(streamed.pieces)
            self._know(self.last_text, streamed.name, text)
            self._said(streamed.name, text, streamed.place, streamed.time, streamed.actor)

    def _call_ended(self, call_id: str) -> None:
        if streamed := self.calls.pop(call_id, None):
            self.ids[call_id] = self.run
            given = "".join(streamed.pieces)
            self.to.call(call_id, streamed.name, given, streamed.place, streamed.time, actor=streamed.actor)

    def _know(self, message_id: str, role: str, text: str) -> None:
        if message_id:
            self.ids[message_id] = self.run
        self.seen[role, text] += 1

    def _said(self, role: str, text: str, place: Place, time: float | None, actor: str = "") -> None:
        if role == "assistant":
            self.to.say(text, place, time, actor=actor)
        elif role == "user" and text.strip():
            self.idle = False
            self.to.human(text, place, time)

    def _answered(self, call_id: str, content: JSON, failed: bool | None, place: Place, time: float | None) -> None:
        self.to.answered()
        text = text_of(content)
        told = as_object(parsed(text)) if text.startswith("{") else {}
        if isinstance(told.get("content"), list):
            self.to.mcp_result(call_id, told, place, time)
            return
        if failed is None:
            self.to.lacks.add("error_flag")
        self.to.result(call_id, text, place, time, is_error=failed)

    def _conversation(self, messages: Sequence[JSON], line: int | None, pointer: str) -> None:
        """What is new in a conversation that may repeat what was seen."""
        repeated: Counter[tuple[str, str]] = Counter()
        run_of_next = [self.run] * len(messages)
        for number in range(len(messages) - 2, -1, -1):
            run_of_next[number] = self._run_of(as_object(messages[number + 1]), run_of_next[number + 1])
        for number, message in enumerate(map(as_object, messages)):
            role, text = as_text(message.get("role")), text_of(message.get("content"))
            message_id, at = as_text(message.get("id")), f"{pointer}/{number}"
            if role == "tool":
                call_id = as_text(message.get("toolCallId"))
                if call_id in self.to.open:
                    failed, place = bool(message.get("error")) or None, self.to.place(line, f"{at}/content")
                    self._answered(call_id, text or as_text(message.get("error")), failed, place, None)
                continue
            repeated[role, text] += 1
            if message_id not in self.ids and repeated[role, text] > self.seen[role, text]:
                place = self.to.place(line, text_pointer(message.get("content"), f"{at}/content"))
                self._new(role, text, place, run_of_next[number])
                self._know(message_id, role, text)
            self._made(message, line, at)

    def _run_of(self, message: Fields, otherwise: int) -> int:
        """The run that a message is known from."""
        calls = [as_object(call).get("id") for call in items(message.get("toolCalls"))]
        known = [as_text(name) for name in (message.get("id"), message.get("toolCallId"), *calls)]
        return next((self.ids[name] for name in known if name in self.ids), otherwise)

    def _new(self, role: str, text: str, place: Place, run: int) -> None:
        if role == "user" and run in self.unheard:
            self.to.heard(self.unheard.pop(run), text, place)
            return
        if role == "assistant":
            self.to.answered()
        self._said(role, text, place, None)

    def _made(self, message: Fields, line: int | None, at: str) -> None:
        calls = [(n, as_object(call)) for n, call in enumerate(items(message.get("toolCalls")))]
        for number, call in calls:
            call_id, function = as_text(call.get("id")), as_object(call.get("function"))
            if call_id not in self.to.called:
                self.to.lacks.add("order_in_step")
                place = self.to.place(line, f"{at}/toolCalls/{number}")
                self.to.call(call_id, as_text(function.get("name")), function.get("arguments"), place)
                self.ids[call_id] = self.run

    def _offered(self, given: Fields) -> None:
        self.to.known_tools |= {as_text(as_object(tool).get("name")) for tool in items(given.get("tools"))} - {""}


_READERS: Mapping[str, Callable[[_Thread, Fields, int | None], None]] = {
    "RUN_STARTED": _Thread.started,
    "RUN_FINISHED": _Thread.ended,
    "RUN_ERROR": _Thread.ended,
    "TEXT_MESSAGE_START": _Thread.text,
    "TEXT_MESSAGE_CONTENT": _Thread.text,
    "TEXT_MESSAGE_END": _Thread.text,
    "TEXT_MESSAGE_CHUNK": _Thread.text,
    "TOOL_CALL_START": _Thread.call,
    "TOOL_CALL_ARGS": _Thread.call,
    "TOOL_CALL_END": _Thread.call,
    "TOOL_CALL_CHUNK": _Thread.call,
    "TOOL_CALL_RESULT": _Thread.result,
    "MESSAGES_SNAPSHOT": _Thread.snapshot,
}

AG_UI = Importer(
    name=_NAME,
    title="AG-UI events and messages",
    sniff=_sniff,
    read=_read,
    versions=("ag-ui-protocol 1.0.0",),
)
