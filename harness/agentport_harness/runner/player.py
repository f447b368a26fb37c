"""Plays one transcript: the harness is the agent and the human, and every answer is the gateway's own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import anyio

from agentport_harness.core.errors import InputError
from agentport_harness.core.expectations import differences, same_calls
from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.outcomes import Outcome
from agentport_harness.core.trace import ToolCall, ToolResult, Trace
from agentport_harness.core.transcript import Act, Deed, HumanAct, Say, Together, Transcript, UpstreamCheck
from agentport_harness.core.variables import filled, filled_text
from agentport_harness.runner.recorder import Recorder
from agentport_harness.surfaces.reading import read_outcome
from agentport_harness.transports.adapter import Adapter
from agentport_harness.transports.mcp import McpSession
from agentport_harness.transports.rest import AgentRest
from agentport_harness.transports.shell import run

REACTION = 0.04
"""Seconds that the human lets pass after a call began, so that an await is parked when the decision comes."""
MOST_POLLS = 1000
HTTP_ERROR = 400
_DECISIONS: dict[Deed, Literal["approve_once", "allow_tool", "deny"]] = {
    "approves": "approve_once",
    "always_allows": "allow_tool",
    "denies": "deny",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a transcript is played on: the agent's connections, the human's adapter, and the upstream's ids.

    ``call_timeout`` is in seconds; ``integrations`` maps the transcript's names to the gateway's ids.
    """

    mcp: McpSession
    rest: AgentRest
    adapter: Adapter
    base_url: str
    api_key: str
    integrations: Mapping[str, str]
    call_timeout: float


@dataclass(slots=True)
class _Latest:
    request_id: str = ""
    polls: int = 0


class Player:
    """Plays a transcript step by step, records it, and adds every unmet expectation to ``differences``."""

    def __init__(self, transcript: Transcript, stage: Stage, recorder: Recorder, differences: list[str]) -> None:
        self._transcript = transcript
        self._stage = stage
        self._recorder = recorder
        self._known: dict[str, JSON] = {"gateway": stage.base_url, **stage.integrations}
        self._latest = _Latest()
        self._differences = differences

    async def play(self) -> Trace:
        """The trace of the whole session. Raises `UnreachableError` when the gateway breaks off."""
        self._recorder.known_tools = frozenset(await self._stage.mcp.tools())
        for number, turn in enumerate(self._transcript.turns):
            self._recorder.human(self._text(turn.human, f"$.turns[{number}].human"), f"$.turns[{number}].human")
            for step in turn.steps:
                match step:
                    case Together():
                        await self._answer(step)
                    case HumanAct():
                        await self._human(step)
                    case UpstreamCheck():
                        self._look_upstream(step)
        if not self._transcript.cut_off:
            self._recorder.turn_end()
        return self._recorder.trace()

    async def _answer(self, step: Together) -> None:
        """One answer of the model. Texts are recorded in order; calls begin in order and run side by side."""
        self._recorder.step += 1
        acts = [part for part in step.parts if isinstance(part, Act)]
        if len(acts) <= 1:
            for part in step.parts:
                if isinstance(part, Say):
                    self._say(part)
                else:
                    await self._act(part)
            return
        async with anyio.create_task_group() as tasks:
            for part in step.parts:
                if isinstance(part, Say):
                    self._say(part)
                else:
                    tasks.start_soon(self._act, part)

    def _say(self, part: Say) -> None:
        self._recorder.agent(self._text(part.text, part.pointer), part.pointer)

    async def _act(self, act: Act) -> None:
        if act.human is not None and act.human.after_polls == 0:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._react, act.human)
                outcome, result = await self._call(act)
        else:
            outcome, result = await self._call(act)
        polls = 0
        while act.repeat and outcome.kind == "still_pending" and polls < MOST_POLLS:
            polls += 1
            if act.human is not None and act.human.after_polls == polls:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._react, act.human)
                    self._recorder.step += 1
                    outcome, result = await self._call(act)
            else:
                self._recorder.step += 1
                outcome, result = await self._call(act)
        if act.expect is not None:
            self._differences += [
                self._at(f"{act.pointer}.expect", text) for text in differences(act.expect, outcome, result)
            ]

    async def _call(self, act: Act) -> tuple[Outcome, ToolResult]:
        arguments = filled(act.arguments, self._known, at=act.pointer)
        if act.kind == "tool":
            call, result = await self._call_tool(act, as_object(arguments))
        elif act.kind == "shell":
            call, result = await self._call_shell(act, as_text(arguments))
        else:
            call, result = await self._call_rest(act, as_object(arguments))
        outcome = read_outcome(call, result)
        self._keep(act, outcome, result)
        return outcome, result

    async def _call_tool(self, act: Act, arguments: Mapping[str, Any]) -> tuple[ToolCall, ToolResult]:
        call = self._recorder.call(act.name, arguments, act.pointer, server="agentport")
        answer = await self._stage.mcp.call(act.name, arguments, timeout=self._stage.call_timeout)
        return call, self._recorder.result(call, answer.text, structured=answer.structured, is_error=answer.is_error)

    async def _call_shell(self, act: Act, command: str) -> tuple[ToolCall, ToolResult]:
        call = self._recorder.call("shell", {"command": command}, act.pointer)
        with tempfile.TemporaryDirectory(prefix="agentport-shell-") as home:
            ran = await run(
                command,
                home=Path(home),
                gateway_url=self._stage.base_url,
                api_key=self._stage.api_key,
                timeout=self._stage.call_timeout,
            )
        stopped = ran.exit_code is None
        return call, self._recorder.result(
            call, ran.text, exit_code=ran.exit_code, fault="client_timeout" if stopped else ""
        )

    async def _call_rest(self, act: Act, request: Mapping[str, Any]) -> tuple[ToolCall, ToolResult]:
        method, path = request.get("method", "GET"), request["path"]
        asked = {"method": method, "url": f"{self._stage.base_url}{path}", "body": request.get("body")}
        call = self._recorder.call("http_request", asked, act.pointer)
        answer = await self._stage.rest.ask(method, path, request.get("body"), timeout=self._stage.call_timeout)
        return call, self._recorder.result(
            call, answer.text, structured=answer.body, status=answer.status, is_error=answer.status >= HTTP_ERROR
        )

    def _keep(self, act: Act, outcome: Outcome, result: ToolResult) -> None:
        """Make what came back available to later steps."""
        if outcome.kind == "approval_required" or (outcome.kind == "still_pending" and outcome.approval_url):
            self._latest.request_id = outcome.request_id
            self._known["request_id"] = outcome.request_id
            self._known.pop("approval_url", None)
            if outcome.approval_url:
                self._known["approval_url"] = outcome.approval_url
        if outcome.authorization_url:
            self._known["authorization_url"] = outcome.authorization_url
        if act.label:
            self._known[act.label] = {
                "request_id": outcome.request_id,
                "approval_url": outcome.approval_url,
                "text": result.text,
                "structured": result.structured,
            }

    async def _react(self, act: HumanAct) -> None:
        await anyio.sleep(REACTION)
        await self._human(act)

    async def _human(self, act: HumanAct) -> None:
        if act.deed == "says":
            self._recorder.human(self._text(act.text, act.pointer), act.pointer)
            return
        request_id = self._text(act.request_id, act.pointer) if act.request_id else self._latest.request_id
        if not request_id:
            raise InputError(
                "nothing-to-decide",
                f"Expected a request to decide, got none so far - at `{act.pointer}`",
                at=self._transcript.path,
            )
        self._recorder.decision(request_id, _DECISIONS[act.deed], act.pointer)
        await self._stage.adapter.decide(request_id, act.deed)

    def _look_upstream(self, check: UpstreamCheck) -> None:
        reached = self._recorder.reached(check.tool)
        wanted = check.calls
        if isinstance(wanted, tuple):
            wanted = tuple(filled(call, self._known, at=check.pointer) for call in wanted)
        if not same_calls(wanted, reached):
            expected = f"{wanted} calls" if isinstance(wanted, int) else json.dumps(wanted)
            self._differences.append(
                self._at(check.pointer, f"Expected {expected} to have reached {check.tool}, got {json.dumps(reached)}")
            )

    def _text(self, text: str, pointer: str) -> str:
        return filled_text(text, self._known, at=pointer)

    def _at(self, pointer: str, text: str) -> str:
        line = self._transcript.lines.get(pointer)
        return f"{text} - at `{pointer}`" + (f" (line {line})" if line else "")
