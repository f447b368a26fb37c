"""gemini-cli session files: ``~/.gemini/tmp/PROJECT/chats/session-….jsonl``, and the older ``.json`` of one document.

A message is written again, under the same id, when its tool calls have ended: what is new is taken. ``$set`` records
change the head, or set messages in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, items, seconds, text_of
from agentport_harness.importers._gemini import bare, fault_of, injected

_NAME = "gemini"
_NOTICES = frozenset({"info", "error", "warning", "user_shell", "about", "help", "stats", "quit", "compression"})


def _sniff(records: Sequence[JSON]) -> bool:
    return any("sessionId" in record and "projectHash" in record for record in map(as_object, records))


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    session: _Session | None = None
    for line, record in records:
        fields = as_object(record)
        session_id = as_text(fields.get("sessionId")) if "projectHash" in fields else ""
        if session is None or session_id not in ("", session.to.session_id):
            if session is not None:
                yield session.finished()
            session = _Session(source, session_id)
            if fields.get("kind") == "subagent":
                session.to.lacks |= {"assistant_text", "human_turns"}
                session.to.actor = "subagent"
        session.take(fields, line)
    if session is not None:
        yield session.finished()


class _Session:
    """One session while it is read."""

    def __init__(self, source: str, session_id: str) -> None:
        self.to = Assembly(source, _NAME, session_id=session_id)
        self.said: dict[str, str] = {}
        self.called: set[str] = set()

    def take(self, fields: Fields, line: int | None) -> None:
        """Read one record: the head, a change of it, or a message."""
        changed = as_object(fields.get("$set"))
        listed, pointer = (changed, "/$set/messages") if changed else (fields, "/messages")
        for number, message in enumerate(items(listed.get("messages"))):
            self.message(as_object(message), line, f"{pointer}/{number}")
        if "id" in fields:
            self.message(fields, line, "")
        elif not changed and "sessionId" not in fields and "$rewindTo" not in fields and "$set" not in fields:
            self.to.unknown(as_text(fields.get("type")), line)

    def message(self, message: Fields, line: int | None, pointer: str) -> None:
        """Read one message, or what is new in it."""
        kind, message_id = as_text(message.get("type")), as_text(message.get("id"))
        time = seconds(message.get("timestamp"))
        text = text_of(message.get("content"), join="" if kind == "gemini" else "\n")
        if kind == "user":
            if message_id not in self.said and text.strip() and not injected(text) and not self.to.actor:
                self.to.human(text, self.to.place(line, f"{pointer}/content"), time)
            self.said[message_id] = text
        elif kind == "gemini":
            self.to.answer(message_id)
            before = self.said.get(message_id, "")
            if text != before:
                new = text.removeprefix(before)
                self.to.say(new, self.to.place(line, f"{pointer}/content"), time)
                self.said[message_id] = text
            self._calls(items(message.get("toolCalls")), line, f"{pointer}/toolCalls", time)
        elif kind not in _NOTICES:
            self.to.unknown(as_text(kind), line)

    def _calls(self, calls: Sequence[JSON], line: int | None, pointer: str, time: float | None) -> None:
        ended = []
        for number, call in enumerate(map(as_object, calls)):
            call_id = as_text(call.get("id"))
            place = self.to.place(line, f"{pointer}/{number}")
            if call_id not in self.called:
                self.called.add(call_id)
                self.to.call(call_id, as_text(call.get("name")), call.get("args"), place, time)
            if items(call.get("result")) or call.get("status") in ("success", "error", "cancelled"):
                ended.append((call_id, call, place))
        for call_id, call, place in ended:
            if call_id in self.to.open:
                self._result(call_id, call, place)

    def _result(self, call_id: str, call: Fields, place: Place) -> None:
        answers = [
            as_object(as_object(as_object(part).get("functionResponse")).get("response"))
            for part in items(call.get("result"))
        ]
        errors = [error for answer in answers if (error := as_text(answer.get("error")))]
        texts = errors or [as_text(answer.get("output")) for answer in answers]
        text = "\n".join(bare(text) for text in texts if text)
        status = call.get("status")
        self.to.result(
            call_id,
            text,
            place,
            seconds(call.get("timestamp")),
            is_error=bool(errors) or status in ("error", "cancelled"),
            fault=fault_of(text, cancelled=status == "cancelled"),
        )

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        return self.to.trace()


GEMINI = Importer(
    name=_NAME,
    title="gemini-cli session file",
    sniff=_sniff,
    read=_read,
    versions=("0.61.0",),
)
