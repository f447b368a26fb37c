"""Copilot CLI's sessions: the event log of a session's folder, and what ``copilot -p … --output-format json`` prints.

Both are the same events; the log leaves out those that are marked as passing. An answer of the model without calls is
the last of its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._content import Fields, flag, items, seconds, text_of, whole

_NAME = "copilot"
_PASSED_OVER = (
    "session.", "assistant.", "tool.", "model.", "permission.", "user_input.", "elicitation.", "sampling.", "mcp.",
    "mcp_app.", "hook.", "system.", "skill.", "subagent.", "tool_search.", "pending_messages.", "command.", "commands.",
    "capabilities.", "external_tool.", "exit_plan_mode.", "auto_mode_switch.", "result",
)  # fmt: skip
_REFUSED = frozenset({"denied", "rejected"})


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        as_text(record.get("type")).startswith(("session.", "user.message", "assistant.", "tool.execution_"))
        and {"data", "id", "parentId"} <= record.keys()
        for record in map(as_object, records)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    session: _Session | None = None
    for line, record in records:
        fields = as_object(record)
        named = as_text(fields.get("sessionId")) or as_text(as_object(fields.get("data")).get("sessionId"))
        begins = fields.get("type") == "session.start"
        if session is None or (begins and session.to.session_id != named):
            if session is not None:
                yield session.to.trace()
            session = _Session(source)
        if begins or fields.get("type") == "result":
            session.to.session_id = session.to.session_id or named
        session.take(fields, line)
    if session is not None:
        yield session.to.trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One event: what it carries, where and when it was written, and the sub-agent that it is of, if any."""

    data: Fields
    line: int | None
    time: float | None
    actor: str


class _Session:
    """One session while it is read."""

    def __init__(self, source: str) -> None:
        self.to = Assembly(source, _NAME)
        self.last = False

    def take(self, record: Fields, line: int | None) -> None:
        """Read one event."""
        kind, data = as_text(record.get("type")), as_object(record.get("data"))
        if reader := _READERS.get(kind):
            actor = as_text(record.get("agentId")) or as_text(data.get("parentToolCallId"))
            reader(self, _Event(data=data, line=line, time=seconds(record.get("timestamp")), actor=actor))
        elif not kind.startswith(_PASSED_OVER):
            self.to.unknown(kind, line)

    def asked(self, event: _Event) -> None:
        """The human wrote, unless the client did in their place."""
        own = as_text(event.data.get("source")) in ("", "user") and not flag(event.data.get("isAutopilotContinuation"))
        if own and not event.actor:
            self.to.human(as_text(event.data.get("content")), self.to.place(event.line, "/data/content"), event.time)

    def answered(self, event: _Event) -> None:
        """The model answered, or a part of its answer was written."""
        data, place = event.data, self.to.place(event.line, "/data/content")
        answer_id = as_text(data.get("apiCallId")) or as_text(data.get("messageId")) or event.line
        self.to.answer(f"{event.actor} {answer_id}")
        self.to.say(as_text(data.get("content")), place, event.time, actor=event.actor)
        requests = [as_object(request) for request in items(data.get("toolRequests"))]
        for number, request in enumerate(requests):
            self._called(request, f"/data/toolRequests/{number}", event)
        if not event.actor:
            self.last = not requests

    def began(self, event: _Event) -> None:
        """A tool was run; mostly one that the model's answer named."""
        self._called(event.data, "/data", event)

    def _called(self, request: Fields, pointer: str, event: _Event) -> None:
        call_id = as_text(request.get("toolCallId"))
        if call_id in self.to.open:
            return
        server = as_text(request.get("mcpServerName"))
        names = [as_text(request.get(name)) for name in ("mcpToolName", "name", "toolName")]
        tool, place = next(filter(None, names if server else names[1:]), ""), self.to.place(event.line, pointer)
        self.to.call(call_id, tool, request.get("arguments"), place, event.time, server=server, actor=event.actor)

    def ended(self, event: _Event) -> None:
        """A tool's run was over."""
        self.to.answered()
        result, error = as_object(event.data.get("result")), as_object(event.data.get("error"))
        ends = [event.data.get("shellExecution"), *items(result.get("contents"))]
        codes = [code for end in ends if (code := whole(as_object(end).get("exitCode"))) is not None]
        text = text_of(result.get("contents")) or as_text(result.get("content")) or as_text(error.get("message"))
        done = flag(event.data.get("success"))
        self.to.result(
            as_text(event.data.get("toolCallId")),
            text,
            self.to.place(event.line, "/data/result" if result else "/data"),
            event.time,
            structured=result.get("structuredContent"),
            is_error=None if done is None else not done,
            exit_code=codes[0] if codes else None,
            fault="client_refused" if as_text(error.get("code")) in _REFUSED else "",
        )

    def over(self, event: _Event) -> None:
        """The agent was done with an answer; with its turn, when that named no calls."""
        if self.last and not event.actor:
            self.to.turn_end(self.to.place(event.line), event.time)
            self.last = False

    def stopped(self, event: _Event) -> None:
        """The human stopped the agent."""
        if not event.actor:
            self.to.cancel_open(self.to.place(event.line), event.time)

    def prompted(self, event: _Event) -> None:
        """The client put something to the human; a URL is shown."""
        if url := as_text(event.data.get("url")):
            self.to.prompt(url, as_text(event.data.get("message")), self.to.place(event.line, "/data/url"), event.time)


_READERS: Mapping[str, Callable[[_Session, _Event], None]] = {
    "user.message": _Session.asked,
    "assistant.message": _Session.answered,
    "assistant.turn_end": _Session.over,
    "tool.execution_start": _Session.began,
    "tool.execution_complete": _Session.ended,
    "elicitation.requested": _Session.prompted,
    "abort": _Session.stopped,
}

COPILOT = Importer(
    name=_NAME,
    title="Copilot CLI session log, and --output-format json",
    sniff=_sniff,
    read=_read,
    versions=("1.0.102",),
)
