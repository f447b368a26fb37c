"""Codex CLI rollouts: ``~/.codex/sessions/…/rollout-….jsonl``.

Three kinds of records tell the same story. *Response items* are the conversation with the model, in every version:
names are flat up to 0.121 and have a namespace beside them since 0.122. *Events* repeat messages, and since 0.135 hold
the results of MCP calls as the protocol gave them (`mcp_tool_call_end`, from 0.150 on `item_completed`). Whichever
comes first is taken, and its twin passed over. A step lasts until the model is given an output.

In code mode the model calls ``exec`` with a script, and MCP calls happen inside: these have completion events only,
which say when the call began. They are put where they began, so a wait that goes on while the model calls ``wait``
is one call whose result comes later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from agentport_harness.core.importer import Importer, Record
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place, Trace
from agentport_harness.importers._assembly import Assembly
from agentport_harness.importers._codex_glance import RolloutGlance
from agentport_harness.importers._codex_lines import PASSED_OVER, TOLD, RolloutLines
from agentport_harness.importers._codex_scripts import AWAIT, Scripts
from agentport_harness.importers._codex_texts import Output, injected, output_of
from agentport_harness.importers._content import Fields, arguments_of, seconds, text_of, whole

_NAME = "codex"
_KINDS = frozenset({"session_meta", "turn_context", "response_item", "event_msg", "world_state", "compacted"})


def _sniff(records: Sequence[JSON]) -> bool:
    return any(
        as_text(record.get("type")) in _KINDS and isinstance(record.get("payload"), Mapping)
        for record in map(as_object, records)
    )


def _heads(record: JSON) -> bool:
    fields = as_object(record)
    meta = as_object(fields.get("payload"))
    return fields.get("type") == "session_meta" and "cli_version" in meta and "cwd" in meta


def _read(records: Iterable[Record], source: str) -> Iterator[Trace]:
    rollout: _Rollout | None = None
    for line, record in records:
        fields = as_object(record)
        payload = as_object(fields.get("payload"))
        if fields.get("type") == "session_meta":
            begun = as_text(payload.get("id")) or as_text(payload.get("session_id"))
            if rollout is not None and rollout.is_another(begun):
                yield rollout.finished()
                rollout = None
            if rollout is None:
                rollout = _Rollout(source, payload)
        rollout = rollout or _Rollout(source, {})
        rollout.take(fields, payload, line)
    if rollout is not None:
        yield rollout.finished()


class _Rollout:
    """One session of a rollout while it is read."""

    def __init__(self, source: str, meta: Fields) -> None:
        session_id = as_text(meta.get("id")) or as_text(meta.get("session_id"))
        nested = "subagent" in as_object(meta.get("source")) or meta.get("thread_source") == "subagent"
        self.forked_from = as_text(meta.get("forked_from_id"))
        self.to = Assembly(source, _NAME, session_id=session_id, actor="subagent" if nested else "")
        if nested:  # its human is the agent that started it, and nobody sees what it writes
            self.to.lacks |= {"assistant_text", "human_turns"}
        self.time: float | None = None
        self.twins: Counter[tuple[str, str]] = Counter()
        self.unconfirmed: dict[str, list[int]] = defaultdict(list)
        self.told: Counter[str] = Counter()
        self.confirmed = self.mixed = False
        self.moments: list[float] = []
        self.marks: list[tuple[int, int]] = []
        self.mcp: set[str] = set()
        self.scripts = Scripts()
        self.processes: dict[str, str] = {}
        self.polls: dict[str, str] = {}
        self.partial: dict[str, tuple[str, int, Place]] = {}

    def is_another(self, session_id: str) -> bool:
        """Whether this is another session's id; a fork repeats the head of its origin."""
        return session_id not in {"", self.to.session_id, self.forked_from}

    def take(self, fields: Fields, payload: Fields, line: int | None) -> None:
        """Read one record."""
        kind = as_text(fields.get("type"))
        if kind not in TOLD:
            if kind not in PASSED_OVER and kind != "session_meta":
                self.to.unknown(kind, line)
            return
        name = as_text(payload.get("type"))
        pointer = "/payload"
        if name == "item_completed":
            self._watch_thread(as_text(payload.get("thread_id")), line)
            item = as_object(payload.get("item"))
            payload = {**item, **{key: payload.get(key) for key in ("started_at_ms", "completed_at_ms")}}
            name, pointer = as_text(payload.get("type")), "/payload/item"
        reader = _READERS.get(name)
        if reader is not None:
            self.time = seconds(fields.get("timestamp"))
            reader(self, payload, self.to.place(line, pointer))
        elif name not in PASSED_OVER:
            self.to.unknown(name or kind, line)

    def _watch_thread(self, thread: str, line: int | None) -> None:
        """Note the first item of another session; the other records do not say which one they are of."""
        if self.to.session_id and not self.mixed and self.is_another(thread):
            self.mixed = True
            at = f" in line {line}" if line else ""
            self.to.note(f"an item{at} is of another session, {thread}: were two sessions written into one?")

    def finished(self) -> Trace:
        """The session, now that all of it is known."""
        if self.confirmed:  # where events confirm what the human wrote, the other user messages are the client's
            for numbers in self.unconfirmed.values():
                for number in numbers:
                    self.to.drop(number)
        for call_id, (text, number, place) in self.partial.items():
            self.to.result(call_id, text, place, after=number)
        for script in self.scripts.unfinished():
            named = [request_id for request_id in script.ids if request_id]
            if not named:  # which request it waits for was known to the script alone
                self.to.lacks |= {"open_end", "arguments"}
            for request_id in named[:1]:
                call = {"request_id": request_id}
                self.to.call(
                    f"{script.call_id}/wait", AWAIT, call, script.place, script.time, server="mcp__agentport",
                    after=script.after,
                )  # fmt: skip
        return self.to.trace()

    # what was said

    def message(self, payload: Fields, place: Place) -> None:
        """A message of the conversation, by role."""
        role = payload.get("role")
        if role == "assistant":
            self._say("item", text_of(payload.get("content"), join=""), place)
        elif role == "user":
            text = text_of(payload.get("content"))
            about = as_object(payload.get("internal_chat_message_metadata_passthrough"))
            if injected(text, about.get("content_item_kinds")):
                return
            key = _key(text)
            if self.told[key]:
                self.told[key] -= 1
            else:
                self.twins.clear()
                self.unconfirmed[key].append(self.to.human(text, place, self.time))

    def user_message(self, payload: Fields, place: Place) -> None:
        """The client's record of what the human wrote."""
        text = as_text(payload.get("message")) or text_of(payload.get("content"))
        if self.to.actor:
            return
        key = _key(text)
        self.confirmed = True
        if self.unconfirmed[key]:
            self.unconfirmed[key].pop(0)
        else:
            self.told[key] += 1
            self.twins.clear()
            self.to.human(text, place, self.time)

    def agent_message(self, payload: Fields, place: Place) -> None:
        """The client's record of what the agent wrote."""
        self._say("event", as_text(payload.get("message")) or text_of(payload.get("content"), join=""), place)

    def _say(self, kind: str, text: str, place: Place) -> None:
        twin, key = ("event" if kind == "item" else "item"), _key(text)
        if self.twins[twin, key]:
            self.twins[twin, key] -= 1
        else:
            self.twins[kind, key] += 1
            self.to.say(text, place, self.time)

    # what was called

    def function_call(self, payload: Fields, place: Place) -> None:
        """The model called a function."""
        namespace = as_text(payload.get("namespace"))
        call_id = as_text(payload.get("call_id")) or as_text(payload.get("id"))
        name = as_text(payload.get("name"))
        given = payload.get("arguments", payload.get("input"))
        if namespace.startswith("mcp") or name.startswith("mcp__"):
            self.mcp.add(call_id)
        elif name == "write_stdin":
            self.polls[call_id] = str(as_object(arguments_of(given)).get("session_id", ""))
        server = namespace if namespace.startswith("mcp") else ""
        self.to.call(call_id, name, given, place, self.time, server=server)
        if name in ("exec", "wait"):
            value = arguments_of(given) if name == "wait" else given
            self.scripts.called(name, value, call_id, (len(self.to.events) - 1, self.to.step), place, self.time)
        self._mark(self.time)

    def local_shell_call(self, payload: Fields, place: Place) -> None:
        """The model called the shell of its own provider's schema."""
        call_id = as_text(payload.get("call_id")) or as_text(payload.get("id"))
        self.to.call(call_id, "local_shell", as_object(payload.get("action")), place, self.time)

    def answered_call(self, payload: Fields, place: Place) -> None:
        """A call that holds its answer: a search."""
        call_id = as_text(payload.get("call_id")) or as_text(payload.get("id")) or f"line {place.line}"
        name = as_text(payload.get("type")).removesuffix("_call")
        self.to.call(call_id, name, as_object(payload.get("action")) or payload.get("arguments"), place, self.time)
        self.to.result(call_id, "", place, self.time)

    # what came back

    def call_output(self, payload: Fields, place: Place) -> None:
        """The model was given an output; this ends its step."""
        self.to.answered()
        self.twins.clear()
        call_id = as_text(payload.get("call_id"))
        if call_id not in self.to.open:
            return
        if self.scripts.waiting:
            self.scripts.answered(call_id, text_of(payload.get("output")))
        mcp = call_id in self.mcp
        output = output_of(payload.get("output"), mcp=mcp)
        if mcp and output.is_error is None:
            self.to.lacks.add("error_flag")
        if waited := self.processes.get(self.polls.get(call_id, "")):
            self._goes_on(waited, output, place)
        elif output.running:
            self.processes[output.running] = call_id
            self._goes_on(call_id, output, place)
            return
        self._result(call_id, output, place)

    def _goes_on(self, call_id: str, output: Output, place: Place) -> None:
        """Output of a process that outlives its call: what it says at its end is the answer to that call."""
        text, number, first = self.partial.pop(call_id, ("", len(self.to.events) - 1, place))
        text += output.text
        if output.running:
            self.partial[call_id] = (text, number, first)
        elif call_id in self.to.open:
            self.to.result(call_id, text, place, self.time, exit_code=output.exit_code)

    def _result(self, call_id: str, output: Output, place: Place) -> None:
        self.to.result(
            call_id,
            output.text,
            place,
            self.time,
            structured=output.structured,
            is_error=output.is_error,
            exit_code=output.exit_code,
            fault=output.fault,
        )

    def mcp_call_end(self, payload: Fields, place: Place) -> None:
        """An MCP call has ended, as recorded by 0.135 to 0.140."""
        called = as_object(payload.get("invocation"))
        call_id = as_text(payload.get("call_id"))
        self._nested(call_id, as_text(called.get("tool")), called.get("arguments"), payload, place, called)
        result = as_object(payload.get("result"))
        if "Err" in result:
            self.to.result(call_id, as_text(result["Err"]), place, self.time, is_error=True)
        else:
            self.to.mcp_result(call_id, result.get("Ok"), place, self.time)
        self._mark(self.time)

    def mcp_item(self, payload: Fields, place: Place) -> None:
        """An MCP call has ended, as recorded since 0.150."""
        call_id = as_text(payload.get("id"))
        self._nested(call_id, as_text(payload.get("tool")), payload.get("arguments"), payload, place, payload)
        if as_text(payload.get("tool")).endswith(AWAIT):
            self.scripts.waited()
        error = as_object(payload.get("error"))
        if error or payload.get("status") == "failed":
            text = as_text(error.get("message")) or text_of(as_object(payload.get("result")).get("content"))
            self.to.result(call_id, text, place, self.time, is_error=True)
        else:
            self.to.mcp_result(call_id, payload.get("result"), place, self.time)
        self._mark(seconds(payload.get("completed_at_ms")) or self.time)

    def command_end(self, payload: Fields, place: Place) -> None:
        """A command has ended."""
        call_id = as_text(payload.get("id")) or as_text(payload.get("call_id"))
        self._nested(call_id, "exec_command", {"command": payload.get("command")}, payload, place, {})
        text = as_text(payload.get("aggregated_output")) or as_text(payload.get("stdout"))
        self.partial.pop(call_id, None)
        self.to.result(call_id, text, place, self.time, exit_code=whole(payload.get("exit_code")))
        self._mark(seconds(payload.get("completed_at_ms")) or self.time)

    def _nested(self, call_id: str, tool: str, given: JSON, payload: Fields, place: Place, named: Fields) -> None:
        """Record a call that only its end tells of, at the place where it began."""
        if call_id in self.to.open:
            return
        began = seconds(payload.get("started_at_ms"))
        if began is None and self.time is not None:
            took = as_object(payload.get("duration"))
            began = self.time - (whole(took.get("secs")) or 0) - (whole(took.get("nanos")) or 0) / 1e9
        at = bisect_right(self.moments, began) - 1 if began is not None else -1
        after = self.marks[at] if at >= 0 else None
        self.to.call(call_id, tool, given, place, began, server=as_text(named.get("server")), after=after)

    def _mark(self, moment: float | None) -> None:
        """Remember what had happened by then, for calls that turn out to have begun later."""
        last = self.moments[-1] if self.moments else 0.0
        self.moments.append(max(last, moment or last))
        self.marks.append((len(self.to.events) - 1, self.to.step))

    # how it ended

    def complete(self, _: Fields, place: Place) -> None:
        """The client recorded that the turn was over."""
        self.twins.clear()
        self.to.turn_end(place, self.time)

    def aborted(self, payload: Fields, place: Place) -> None:
        """The turn was stopped: what was open got no answer. That the human did it is a message of theirs."""
        self.twins.clear()
        self.to.cancel_open(place, self.time)
        if payload.get("reason") == "interrupted":
            self.to.human("[interrupted]", place, self.time)

    def elicitation(self, payload: Fields, place: Place) -> None:
        """The server asked the human through the client; a URL was shown to the human."""
        asked = as_object(payload.get("request")) or payload
        if url := as_text(asked.get("url")):
            self.to.prompt(url, as_text(asked.get("message")), place, self.time)


def _key(text: str) -> str:
    return "".join(text.split())


_READERS: Mapping[str, Callable[[_Rollout, Fields, Place], None]] = {
    "message": _Rollout.message,
    "user_message": _Rollout.user_message,
    "UserMessage": _Rollout.user_message,
    "agent_message": _Rollout.agent_message,
    "AgentMessage": _Rollout.agent_message,
    "function_call": _Rollout.function_call,
    "custom_tool_call": _Rollout.function_call,
    "local_shell_call": _Rollout.local_shell_call,
    "web_search_call": _Rollout.answered_call,
    "tool_search_call": _Rollout.function_call,
    "function_call_output": _Rollout.call_output,
    "custom_tool_call_output": _Rollout.call_output,
    "tool_search_output": _Rollout.call_output,
    "mcp_tool_call_end": _Rollout.mcp_call_end,
    "McpToolCall": _Rollout.mcp_item,
    "exec_command_end": _Rollout.command_end,
    "CommandExecution": _Rollout.command_end,
    "task_complete": _Rollout.complete,
    "turn_complete": _Rollout.complete,
    "turn_aborted": _Rollout.aborted,
    "elicitation_request": _Rollout.elicitation,
}

CODEX = Importer(
    name=_NAME,
    title="Codex CLI rollout",
    sniff=_sniff,
    read=_read,
    versions=("0.120", "0.122", "0.135", "0.150", "0.169"),
    lines=RolloutLines,
    glance=RolloutGlance,
    heads=_heads,
)
