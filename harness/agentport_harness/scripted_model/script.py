"""Plays a transcript's agent side: each request of a client is answered with what the script has next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import anyio

from agentport_harness.core.errors import InputError
from agentport_harness.core.expectations import differences
from agentport_harness.core.json_values import JSON, as_object
from agentport_harness.core.outcomes import PENDING, Outcome
from agentport_harness.core.trace import ToolCall, ToolResult
from agentport_harness.core.transcript import Act, Expectation, HumanAct, Say, Step, Together, Transcript, UpstreamCheck
from agentport_harness.core.variables import filled
from agentport_harness.scripted_model.conversation import Asked, Part, Reply, Text
from agentport_harness.scripted_model.routes import Exchange, Wanted, is_gateway_tool, search
from agentport_harness.surfaces.reading import read_outcome

MOST_POLLS = 200
ASIDE = Reply(parts=(Text(text="AgentPort session"),))
"""What a request without tools is answered with: clients ask for titles and the like beside the conversation."""

STOPPED = Reply(parts=(Text(text="This did not go as the script has it, so it ends here."),))


class World(Protocol):
    """Who acts beside the agent while a transcript is played."""

    def soon(self, act: HumanAct, request_id: str) -> None:
        """The human acts in a moment, while the agent's call is under way."""

    async def now(self, act: HumanAct, request_id: str) -> None:
        """The human acts, and the agent goes on afterwards."""

    def look_upstream(self, check: UpstreamCheck, known: Mapping[str, JSON]) -> None:
        """Compare what has reached the upstream."""


@dataclass(slots=True)
class Seen:
    """What the client put before the model: names of the gateway's tools, and the text of its first request."""

    tools: set[str] = field(default_factory=set)
    shown: str = ""
    requests: int = 0


class ScriptedModel:
    """One session. ``known`` holds the values that variables stand for; unmet expectations go to ``differences``."""

    def __init__(self, transcript: Transcript, known: Mapping[str, JSON], world: World) -> None:
        self.seen = Seen()
        self.stopped = False
        self.differences: list[str] = []
        self._transcript = transcript
        self._known: dict[str, JSON] = dict(known)
        self._world = world
        self._turns = [list(turn.steps) for turn in transcript.turns]
        self._latest = ""
        self._open: tuple[Act, ...] = ()
        self._after: list[Step] = []
        self._polls = 0
        self._exchange: Exchange | None = None
        self._sought = False
        self._answered: tuple[int, Reply] | None = None
        self._lock = anyio.Lock()
        self._numbers = iter(range(1, 1_000_000))
        self._wanted = sorted({act.name for act in _acts(transcript) if act.kind == "tool"})

    @property
    def finished(self) -> bool:
        """Whether everything of the transcript was played."""
        return not self._turns and not self._open

    async def answer(self, asked: Asked) -> Reply:
        """The model's answer. A request that is sent again gets the same one again."""
        if not asked.tools:
            return ASIDE
        async with self._lock:
            self._look(asked)
            if self._answered is not None and self._answered[0] == asked.size:
                return self._answered[1]
            try:
                reply = await self._next(asked)
            except InputError as error:
                reply = self._stop(error)
            self._answered = (asked.size, reply)
            return reply

    def _look(self, asked: Asked) -> None:
        self.seen.requests += 1
        self.seen.tools |= {tool.name for tool in asked.tools if is_gateway_tool(tool.name)}
        if not self.seen.shown:
            self.seen.shown = asked.shown

    async def _next(self, asked: Asked) -> Reply:
        if not self._sought and (seek := search(asked, self._wanted, "call_search")):
            self._sought = True
            return Reply(parts=(seek,))
        if self._exchange is not None:
            if waiting := self._exchange.again(asked):
                return Reply(parts=(waiting,))
            results = self._exchange.results(asked)
            repeated = self._taken(results)
            if repeated:
                self._polls += 1
                return self._calling(asked, repeated, ())
            self._exchange, self._open, self._polls = None, (), 0
        return await self._onward(asked)

    async def _onward(self, asked: Asked) -> Reply:
        """The next answer: steps that only wait or look are done on the way, and texts lead to the calls after them."""
        said: list[Say] = []
        while self._turns and self._turns[0]:
            step = self._turns[0].pop(0)
            match step:
                case HumanAct():
                    await self._world.now(step, self._request_of(step))
                case UpstreamCheck():
                    self._world.look_upstream(step, self._known)
                case Together():
                    acts = tuple(part for part in step.parts if isinstance(part, Act))
                    if acts:
                        return self._calling(asked, acts, (*said, *step.parts))
                    said += [part for part in step.parts if isinstance(part, Say)]
                    if not _more_to_do(self._turns[0]):
                        break  # what the human does at the end of a turn comes after the agent's last word
        reply = Reply(parts=tuple(self._text(part) for part in said))
        self._after = self._turns.pop(0) if self._turns else []
        return reply

    async def after_turn(self) -> None:
        """What happens when the client has ended its turn: the human acts, and the upstream is looked at."""
        steps, self._after = self._after, []
        try:
            for step in steps:
                if isinstance(step, HumanAct):
                    await self._world.now(step, self._request_of(step))
                elif isinstance(step, UpstreamCheck):
                    self._world.look_upstream(step, self._known)
        except InputError as error:
            self._stop(error)

    def prompt(self, text: str, pointer: str) -> str:
        """What the human says, its variables put in; empty where one is missing, and the script has stopped then."""
        try:
            return self._worded(text, pointer)
        except InputError as error:
            self._stop(error)
            return ""

    def _calling(self, asked: Asked, acts: tuple[Act, ...], parts: tuple[Say | Act, ...]) -> Reply:
        self._open = acts
        wanted = [Wanted(tool=act.name, arguments=as_object(self._filled(act.arguments, act.pointer))) for act in acts]
        self._exchange = Exchange(asked, wanted, [f"call_{next(self._numbers)}" for _ in acts])
        for act in acts:
            if act.human is not None and act.human.after_polls == self._polls:
                self._world.soon(act.human, self._request_of(act.human))
        calls = self._exchange.calls()
        texts = [part for part in parts if isinstance(part, Say)]
        if self._exchange.program or not parts:
            return Reply(parts=(*map(self._text, texts), *calls))
        made = iter(calls)
        ordered: list[Part] = [self._text(part) if isinstance(part, Say) else next(made) for part in parts]
        return Reply(parts=tuple(ordered))

    def _taken(self, results: tuple[ToolResult | None, ...]) -> tuple[Act, ...]:
        """Keep what came back; the acts that have to be made again because nothing is decided yet."""
        again: list[Act] = []
        for act, result in zip(self._open, results, strict=True):
            if result is None:
                self.differences.append(self._at(act.pointer, "The client sent nothing back for this call"))
                continue
            call = ToolCall(call_id=result.call_id, tool=act.name, arguments=None, step=0, server="agentport")
            call = replace(call, arguments=self._filled(act.arguments, act.pointer))
            outcome = read_outcome(call, result)
            self._keep(act, outcome, result)
            if act.repeat and outcome.kind in PENDING and self._polls < MOST_POLLS:
                again.append(act)
            elif act.expect is not None:
                told = differences(_visible(act.expect), outcome, result)
                self.differences += [self._at(f"{act.pointer}.expect", text) for text in told]
        return tuple(again)

    def _keep(self, act: Act, outcome: Outcome, result: ToolResult) -> None:
        if outcome.approval_url:
            self._latest = outcome.request_id
            self._known |= {"request_id": outcome.request_id, "approval_url": outcome.approval_url}
        if outcome.authorization_url:
            self._known["authorization_url"] = outcome.authorization_url
        if act.label:
            self._known[act.label] = {
                "request_id": outcome.request_id,
                "approval_url": outcome.approval_url,
                "text": result.text,
                "structured": result.structured,
            }

    def _request_of(self, act: HumanAct) -> str:
        return self._worded(act.request_id, act.pointer) if act.request_id else self._latest

    def _text(self, part: Say) -> Text:
        return Text(text=self._worded(part.text, part.pointer))

    def _worded(self, text: str, pointer: str) -> str:
        value = self._filled(text, pointer)
        return value if isinstance(value, str) else str(value)

    def _filled(self, value: JSON, pointer: str) -> JSON:
        """``value`` with its variables put in. Raises `InputError` where things went otherwise and there is none."""
        return filled(value, self._known, at=pointer)

    def _stop(self, error: InputError) -> Reply:
        """What the script needs did not come about: it cannot go on."""
        self.differences.append(error.message)
        self.stopped = True
        self._turns, self._after, self._open, self._exchange = [], [], (), None
        return STOPPED

    def _at(self, pointer: str, text: str) -> str:
        line = self._transcript.lines.get(pointer)
        return f"{text} - at `{pointer}`" + (f" (line {line})" if line else "")


def _more_to_do(steps: list[Step]) -> bool:
    return any(isinstance(step, Together) for step in steps)


def _acts(transcript: Transcript) -> Iterator[Act]:
    for turn in transcript.turns:
        for step in turn.steps:
            if isinstance(step, Together):
                yield from (part for part in step.parts if isinstance(part, Act))


def _visible(expected: Expectation) -> Expectation:
    """What can be expected of a result that came through a client: not every client keeps flags and structure."""
    return replace(expected, structured=None, is_error=None, exit_code=None, status=None)
