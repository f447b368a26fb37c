"""Claude Code session files: ``~/.claude/projects/…/SESSION.jsonl``.

The file is a tree by `parentUuid`, with a branch for every prompt that was taken back and for every call of a parallel
batch. Its lines stand in the order in which things happened, and everything that happened counts, so the lines are
taken as they come; no parents are followed. Records that a resumed session repeats are taken once, by `uuid`.
A user message is the human's only when it carries no tool result and is not the client's own (`isMeta`, hooks, command
output); what a human typed while the agent worked is an attachment. Sub-agents are `isSidechain` records, or a file of
their own. The format is declared internal by its makers: unknown record types are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._claude import Blocks, human_text, interrupted
from agentport_harness.importers._content import Fields, items, seconds

_NAME = "claude-code"
_TOLD = frozenset({"user", "assistant", "attachment", "system"})
_PASSED_OVER = frozenset({
    "queue-operation", "last-prompt", "summary", "file-history-snapshot", "file-history-delta", "progress",
    "custom-title", "ai-title", "agent-name", "agent-setting", "agent-color", "tag", "mode", "pr-link", "tools-used",
    "cost-state", "worktree-state", "content-replacement", "attribution-snapshot", "marble-origami-commit",
    "marble-origami-snapshot", "permission-mode", "speculation-accept", "task-summary", "bridge-session", "atis-latch",
})  # fmt: skip
"""Kinds that say nothing which a rule could use."""
_OPEN_SESSIONS = 64
"""Sessions that may be interleaved in one file; the one that was silent longest is taken to be over."""


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        isinstance(record.get("sessionId"), str)
        and (
            ("uuid" in record and "parentUuid" in record and as_text(record.get("type")) in _TOLD)
            or record.get("type") in ("queue-operation", "last-prompt")
        )
        for record in map(as_object, records)
    )


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    sessions: dict[str, _Session] = {}
    current: _Session | None = None
    for line, record in records:
        fields = as_object(record)
        session_id = as_text(fields.get("sessionId"))
        if current is None or (current.to.session_id and session_id not in ("", current.to.session_id)):
            current = sessions.pop(session_id, None) or _Session(source, session_id)
            sessions[session_id] = current
            if len(sessions) > _OPEN_SESSIONS:
                yield sessions.pop(next(iter(sessions))).finished()
        elif not current.to.session_id:  # what precedes the first record with an id belongs to that session
            current.to.session_id = session_id
            sessions = {session_id: current}
        current.take(fields, line)
    for session in sessions.values():
        yield session.finished()


class _Session:
    """One session while it is read."""

    def __init__(self, source: str, session_id: str) -> None:
        self.to = Assembly(source, _NAME, session_id=session_id)
        self.blocks = Blocks(self.to)
        self.seen: set[str] = set()
        self.parents: set[str] = set()
        self.late = False
        self.main = self.side = False

    def take(self, fields: Fields, line: int | None) -> None:
        """Read one record."""
        kind = as_text(fields.get("type"))
        if kind not in _TOLD:
            if kind not in _PASSED_OVER and not kind.startswith("api-request"):
                self.to.unknown(kind, line)
            return
        uuid = as_text(fields.get("uuid"))
        if uuid in self.seen:
            return
        if uuid:
            self.seen.add(uuid)
            self._follows(uuid, as_text(fields.get("parentUuid")), line)
        nested = fields.get("isSidechain") is True
        actor = (as_text(fields.get("agentId")) or "sidechain") if nested else ""
        if kind in ("user", "assistant"):
            self.side |= nested
            self.main |= not nested
        time = seconds(fields.get("timestamp"))
        message = as_object(fields.get("message"))
        if kind == "assistant":
            self.blocks.assistant(message, line, time, actor)
        elif kind == "user":
            self._user(fields, message, line, time, nested=nested)
        elif kind == "attachment":
            self._attachment(as_object(fields.get("attachment")), line, time, nested=nested)
        elif fields.get("subtype") == "turn_duration" and not nested:
            self.to.turn_end(self.to.place(line), time)

    def _follows(self, uuid: str, parent: str, line: int | None) -> None:
        """A record names the one before it, which stands before it in the file unless the file is in disorder."""
        if not self.late and (uuid == parent or uuid in self.parents):
            self.late = True
            whose = "itself" if uuid == parent else "a later one"
            self.to.note(f"a record names {whose} as the one before it, at line {line}: is the file in disorder?")
        if parent not in self.seen:
            self.parents.add(parent)

    def _user(self, fields: Fields, message: Fields, line: int | None, time: float | None, *, nested: bool) -> None:
        about = {**as_object(fields.get("mcpMeta")), **as_object(fields.get("toolUseResult"))}
        carried = self.blocks.results(message, about, line, time)
        own = fields.get("isMeta") or fields.get("isCompactSummary") or fields.get("isVisibleInTranscriptOnly")
        if carried or own or nested:
            return
        text = human_text(message.get("content"))
        place = self.to.place(line, "/message/content")
        if interrupted(text):
            self.to.cancel_open(place, time)
        if text.strip():
            self.to.human(text, place, time)

    def _attachment(self, attachment: Fields, line: int | None, time: float | None, *, nested: bool) -> None:
        match attachment.get("type"):
            case "queued_command" if attachment.get("commandMode", "prompt") == "prompt" and not nested:
                if text := human_text(attachment.get("prompt")):
                    self.to.human(text, self.to.place(line, "/attachment/prompt"), time)
            case "deferred_tools_delta":
                self.to.known_tools.update(as_text(name) for name in items(attachment.get("addedNames")))

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        if self.side and not self.main:  # a sub-agent's own file: its human is another agent, and nobody sees its text
            self.to.lacks |= {"assistant_text", "human_turns"}
        self.to.known_tools.discard("")
        return self.to.trace()


CLAUDE_CODE = Importer(
    name=_NAME,
    title="Claude Code session file",
    sniff=_sniff,
    read=_read,
    versions=("2.1.330",),
)
