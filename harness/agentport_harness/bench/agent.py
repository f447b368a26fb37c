"""An agent at the gateway over MCP: what it calls, and what the answers mean, all of it in the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import anyio

from agentport_harness.bench.check import NotReachedError
from agentport_harness.bench.journal import Journal
from agentport_harness.bench.stand import Stand
from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.outcomes import Outcome, OutcomeKind
from agentport_harness.core.trace import ToolResult
from agentport_harness.surfaces.answers import read_answer
from agentport_harness.surfaces.direct_answers import read_direct
from agentport_harness.surfaces.names import PREFIX
from agentport_harness.surfaces.url_required import read_pending, read_url_required
from agentport_harness.transports.mcp import Answer, ListedTool, McpSession, Rung

POLL_SECONDS = 0.1
"""Between two looks at a task; the gateway's own wish may be longer, and a check has no time for it."""
CALL_AGAIN_SECONDS = 0.5
"""Between two calls that wait by being made again: each may leave a request with the human."""
DIRECT_WAIT = 2.0
"""Seconds of calling again that stand for one await."""
MOST_POLLS = 40
"""Waits that come back as still pending before the result is given up."""


class Named(Protocol):
    """A tool in the gateway."""

    @property
    def integration_id(self) -> str:
        """The integration it belongs to."""

    @property
    def name(self) -> str:
        """Its name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call was answered with, and what that means. ``seconds`` is how long it took.

    ``blocks`` are the content blocks as they came; ``error`` is the JSON-RPC error where there was no result,
    ``pending`` what came in its place: a required input, or a task.
    """

    outcome: Outcome
    text: str
    structured: JSON = None
    is_error: bool = False
    blocks: tuple[JSON, ...] = ()
    meta: JSON = None
    error: JSON = None
    pending: JSON = None
    seconds: float = 0.0

    @property
    def kind(self) -> OutcomeKind:
        """The outcome's kind; ``client_timeout`` when no answer came in time."""
        return self.outcome.kind

    @property
    def request_id(self) -> str:
        """The approval request that the answer names, empty where it names none."""
        return self.outcome.request_id

    @property
    def asked_by(self) -> Rung:
        """The rung by which the gateway asked for approval."""
        told = as_object(self.pending).get("resultType")
        if told == "input_required" or self.error is not None:
            return "elicitation"
        return "tasks" if told == "task" else "result"


class Agent:
    """One connection with an agent's credential."""

    def __init__(
        self,
        session: McpSession,
        journal: Journal,
        stand: Stand,
        asked: Callable[[str, str], None] = lambda _id, _tool: None,
    ) -> None:
        self.session = session
        self._asked = asked
        self._journal = journal
        self._stand = stand
        self._pending: dict[str, tuple[str, Mapping[str, JSON], JSON]] = {}

    async def use(self, tool: str, arguments: Mapping[str, JSON], *, timeout: float | None = None) -> Reply:  # noqa: ASYNC109 a wait for an answer
        """Call a gateway tool by its name without the prefix."""
        if self._stand.calls == "direct" and tool == "await_approval":
            raise NotReachedError("there is nothing to await: calls are made again (--calls direct)")
        name = f"{PREFIX}{tool}"
        calling = self.session.call(name, arguments, timeout=timeout or self._stand.call_limit)
        reply = await self._exchange(name, arguments, calling, waits=tool == "await_approval")
        if reply.kind == "approval_required" and reply.request_id:
            self._asked(reply.request_id, as_text(arguments.get("tool_name")))
            if reply.pending is not None:
                self._pending[reply.request_id] = (name, arguments, reply.pending)
        return reply

    async def _exchange(
        self, name: str, arguments: Mapping[str, JSON], calling: Awaitable[Answer], *, waits: bool
    ) -> Reply:
        asked = self._journal.call(name, dict(arguments))
        began = self._stand.clock.now()
        try:
            answer = await calling
        except UnreachableError as error:
            if error.slug != "no-answer":
                self._journal.answer(asked, error.message, fault="transport")
                raise
            self._journal.answer(asked, error.message, fault="client_timeout")
            seconds = self._stand.clock.now() - began
            return Reply(outcome=Outcome(kind="client_timeout"), text=error.message, seconds=seconds)
        seconds = self._stand.clock.now() - began
        result = self._journal.answer(asked, answer.text, structured=answer.structured, is_error=answer.is_error)
        full = type(result)(
            call_id=result.call_id, text=answer.text, structured=answer.structured, is_error=answer.is_error
        )
        read = read_pending(answer.pending) or read_url_required(answer.error)
        return Reply(
            outcome=read or read_answer(full, waits=waits),
            text=answer.text,
            structured=answer.structured,
            is_error=answer.is_error,
            blocks=answer.blocks,
            meta=answer.meta,
            error=answer.error,
            pending=answer.pending,
            seconds=seconds,
        )

    async def call(
        self,
        tool: Named,
        arguments: JSON = None,
        *,
        info: str = "",
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Reply:
        """Call an upstream's tool through the gateway."""
        if self._stand.calls == "direct":
            return await self._direct(tool.name, as_object(arguments), timeout=timeout)
        given: dict[str, JSON] = {
            "integration_id": tool.integration_id,
            "tool_name": tool.name,
            "arguments": {} if arguments is None else arguments,
        }
        if info:
            given["additional_info"] = info
        return await self.use("call_tool", given, timeout=timeout)

    async def _direct(
        self,
        name: str,
        arguments: Mapping[str, JSON],
        *,
        again: str = "",
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Reply:
        """The tool under its own name. What it asks for is remembered: the same call is how it is waited for."""
        calling = self.session.call(name, arguments, timeout=timeout or self._stand.call_limit)
        reply = await self._exchange(name, arguments, calling, waits=False)
        if reply.kind == "client_timeout":
            return reply
        said = ToolResult(call_id="", text=reply.text, structured=reply.structured, is_error=reply.is_error)
        reply = replace(reply, outcome=read_direct(said, again=again), error=None)
        if reply.kind == "approval_required":
            self._stand.asked[reply.request_id] = (name, arguments)
            self._asked(reply.request_id, name)
        return reply

    async def _call_again(self, request_id: str, budget: float) -> Reply:
        """The call that asked for this request, made again until it is answered otherwise or the time is up."""
        if request_id not in self._stand.asked:
            raise NotReachedError(
                "there is no await to ask about this request: the call that asked for it is not known"
            )
        name, arguments = self._stand.asked[request_id]
        until = self._stand.clock.now() + budget
        while True:
            reply = await self._direct(name, arguments, again=request_id)
            # a gateway that asks anew each time still waits for its human, whatever it calls the request
            if reply.kind not in ("still_pending", "approval_required"):
                return reply
            if self._stand.clock.now() >= until:
                return replace(reply, outcome=replace(reply.outcome, kind="still_pending", request_id=request_id))
            await anyio.sleep(CALL_AGAIN_SECONDS)

    async def ask(self, tool: Named, arguments: JSON = None, *, info: str = "") -> Reply:
        """A call that a human has to approve. Raises `NotReachedError` unless the gateway asks for that, with an id."""
        reply = await self.call(tool, arguments, info=info)
        if reply.kind != "approval_required":
            raise NotReachedError(f"no approval was asked for: the call was answered {reply.kind} ({reply.text[:200]})")
        if not reply.request_id:
            raise NotReachedError(f"the approval request has no id to go on with ({reply.text[:200]})")
        if reply.asked_by != self._stand.rung:
            raise NotReachedError(f"approval is asked for by {reply.asked_by}, and not by {self._stand.rung}")
        return reply

    async def wait(self, request_id: str, *, budget: float | None = None) -> Reply:
        """One await. ``budget`` asks the gateway to answer within so many seconds.

        What this agent was asked by a required input is asked again, and a task is polled.
        """
        if self._stand.calls == "direct":
            return await self._call_again(request_id, DIRECT_WAIT if budget is None else budget)
        if request_id in self._pending:
            return await self._wait_as_asked(request_id, self._stand.poll_limit if budget is None else budget)
        given: dict[str, JSON] = {"request_id": request_id}
        if budget is not None:
            given["timeout_seconds"] = budget
        return await self.use("await_approval", given, timeout=self._stand.poll_limit + 5)

    async def _wait_as_asked(self, request_id: str, budget: float) -> Reply:
        name, given, pending = self._pending[request_id]
        limit = self._stand.poll_limit + 5
        if as_object(pending).get("resultType") == "input_required":
            again = self.session.call(name, given, timeout=limit, pending=pending)
            reply = await self._exchange(name, given, again, waits=True)
            return replace(reply, outcome=replace(reply.outcome, kind="still_pending")) if reply.pending else reply
        task = as_object(pending)
        task_id = as_text(task.get("taskId"))
        until = self._stand.clock.now() + budget
        while True:
            polling = self.session.task(task_id, timeout=limit)
            reply = await self._exchange("tasks/get", {"taskId": task_id}, polling, waits=True)
            if reply.kind != "still_pending" or self._stand.clock.now() >= until:
                return reply
            await anyio.sleep(POLL_SECONDS)

    async def result(self, request_id: str) -> Reply:
        """Awaits until there is an answer other than still pending. Raises `NotReachedError` when none comes."""
        for _ in range(MOST_POLLS):
            reply = await self.wait(request_id)
            if reply.kind != "still_pending":
                return reply
        raise NotReachedError(f"request {request_id} was still pending after {MOST_POLLS} waits")

    async def fate(self, request_id: str, *, within: float) -> Reply:
        """The last of the awaits that so many seconds allow: still pending only where nothing else came of it."""
        until = self._stand.clock.now() + within
        while True:
            reply = await self.wait(request_id)
            if reply.kind != "still_pending" or self._stand.clock.now() >= until:
                return reply
            await anyio.sleep(max(POLL_SECONDS - reply.seconds, 0))  # it may not hold the line at all

    async def listed(self) -> tuple[ListedTool, ...]:
        """The tools that the gateway lists."""
        asked = self._journal.call("tools/list", {})
        tools = await self.session.listed()
        self._journal.answer(asked, ", ".join(tool.name for tool in tools))
        return tools
