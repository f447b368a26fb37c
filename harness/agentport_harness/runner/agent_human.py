"""The human beside a real client: acts on the script's word, or watches the gateway and decides on schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.abc import TaskGroup

from agentport_harness.core.errors import UnreachableError
from agentport_harness.core.expectations import same_calls
from agentport_harness.core.json_values import JSON, as_object, as_text, identity
from agentport_harness.core.transcript import Act, Deed, HumanAct, Together, Transcript, UpstreamCheck
from agentport_harness.core.variables import filled
from agentport_harness.transports.agentport import AgentPortAdapter

LOOK_EVERY = 0.25
"""Seconds between two looks at the gateway's undecided requests."""


class ScriptedHuman:
    """The `World` of a scripted model: decides when the script says so, and keeps what went otherwise."""

    def __init__(
        self,
        adapter: AgentPortAdapter,
        tasks: TaskGroup,
        reached: Callable[[str], Sequence[JSON]],
        reaction: float,
    ) -> None:
        self.differences: list[str] = []
        self._adapter, self._tasks, self._reached, self._reaction = adapter, tasks, reached, reaction
        self._open: list[anyio.Event] = []

    def soon(self, act: HumanAct, request_id: str) -> None:
        """Decide when the human has had time to react."""
        done = anyio.Event()
        self._open.append(done)
        self._tasks.start_soon(self._later, act, request_id, done)

    async def _later(self, act: HumanAct, request_id: str, done: anyio.Event) -> None:
        await anyio.sleep(self._reaction)
        await self.now(act, request_id)
        done.set()

    async def now(self, act: HumanAct, request_id: str) -> None:
        """Decide."""
        if not request_id:
            self.differences.append(f"The human had nothing to decide: no request was seen - at `{act.pointer}`")
            return
        try:
            await self._adapter.decide(request_id, act.deed)
        except UnreachableError as error:
            self.differences.append(f"The human could not decide: {error.message} - at `{act.pointer}`")

    def look_upstream(self, check: UpstreamCheck, known: Mapping[str, JSON]) -> None:
        """Compare what reached the upstream so far with what had to."""
        reached, wanted = self._reached(check.tool), check.calls
        if not isinstance(wanted, int):
            wanted = tuple(filled(call, known, at=check.pointer) for call in wanted)
        if not same_calls(wanted, reached):
            expected = f"{wanted} calls" if isinstance(wanted, int) else identity(wanted)
            got = identity(list(reached))
            self.differences.append(
                f"Expected {expected} to have reached {check.tool}, got {got} - at `{check.pointer}`"
            )

    async def settled(self) -> None:
        """Wait until nothing is left that the human is about to do."""
        for done in self._open:
            await done.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a human will decide about a call, whoever makes it: ``arguments`` tell requests of one tool apart."""

    tool: str
    arguments: JSON
    deed: Deed
    after_polls: int


def plans(transcript: Transcript) -> tuple[Plan, ...]:
    """What the transcript's human decides, in order; ``tool`` is ``integration/tool`` by the transcript's names."""
    labels: dict[str, Act] = {}
    latest: Act | None = None
    found: list[Plan] = []
    for turn in transcript.turns:
        for step in turn.steps:
            acts = [part for part in step.parts if isinstance(part, Act)] if isinstance(step, Together) else []
            deeds = [step] if isinstance(step, HumanAct) else [act.human for act in acts if act.human is not None]
            for act in acts:
                if "tool_name" in as_object(act.arguments) and act.name.endswith("call_tool"):
                    latest = act
                    labels[act.label] = act
            for deed in deeds:
                label = deed.request_id.removeprefix("${").partition(".")[0] if deed.request_id else ""
                about = labels.get(label, latest) if label else latest
                if about is not None and deed.deed != "says":
                    asked = as_object(about.arguments)
                    integration = as_text(asked.get("integration_id")).removeprefix("${").removesuffix("}")
                    found.append(
                        Plan(
                            tool=f"{integration}/{as_text(asked.get('tool_name'))}",
                            arguments=asked.get("arguments"),
                            deed=deed.deed,
                            after_polls=deed.after_polls,
                        )
                    )
    return tuple(found)


class WatchingHuman:
    """Decides what a real model asks for: as the transcript has it for that call, else for that tool; else denies.

    A transcript in which nobody decides has a human who never does.
    """

    def __init__(
        self,
        adapter: AgentPortAdapter,
        transcript: Transcript,
        integrations: Mapping[str, str],
        *,
        reaction: float,
        poll_budget: float,
    ) -> None:
        self.differences: list[str] = []
        self._adapter, self._reaction, self._budget = adapter, reaction, poll_budget
        self._plans = list(plans(transcript))
        self._decides = bool(self._plans)
        self._names = {given: name for name, given in integrations.items()}

    async def watch(self, tasks: TaskGroup) -> None:
        """Look for new requests until cancelled."""
        met: set[str] = set()
        while self._decides:
            for request in reversed(await self._adapter.requests(status="pending", limit="200")):
                request_id = str(request["id"])
                if request_id not in met and request["integration_id"] in self._names:
                    met.add(request_id)
                    tasks.start_soon(self._decide, request_id, *self._planned(request))
            await anyio.sleep(LOOK_EVERY)

    async def _decide(self, request_id: str, deed: Deed, delay: float) -> None:
        await anyio.sleep(delay)
        try:
            await self._adapter.decide(request_id, deed)
        except UnreachableError as error:  # it may have expired meanwhile
            self.differences.append(f"The human could not decide: {error.message}")

    def _planned(self, request: Mapping[str, Any]) -> tuple[Deed, float]:
        tool = f"{self._names[request['integration_id']]}/{request['tool_name']}"
        same = [plan for plan in self._plans if plan.tool == tool]
        exact = [plan for plan in same if identity(plan.arguments) == identity(request["args"])]
        chosen = next(iter(exact or same), None)
        if chosen is None:
            return "denies", self._reaction
        self._plans.remove(chosen)
        return chosen.deed, self._reaction + chosen.after_polls * self._budget
