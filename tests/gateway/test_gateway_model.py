"""The whole gateway without HTTP against a simple model: calls, awaits, decisions, policies, time and restarts."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agentport_gateway.app import build
from agentport_gateway.domain.identity import Agent, Human
from agentport_gateway.domain.outcomes import UpstreamResult
from agentport_gateway.domain.policy import Condition, Rule
from agentport_gateway.operations import configuring, deciding
from agentport_gateway.operations.awaiting import await_approval
from agentport_gateway.operations.calling import Call, call_tool
from agentport_gateway.settings import Settings
from agentport_gateway.store import policies
from agentport_gateway.upstreams.scripted import Scripted

from .world import HandClock, furnish_tenant

if TYPE_CHECKING:
    from agentport_gateway.domain.outcomes import Outcome

    from .world import Tenant

TOOLS = ("refund", "lookup")
EFFECTS = ("allow", "require_approval", "deny")
STRICTEST = {"deny": 0, "require_approval": 1, "allow": 2}
EXPIRY_SECONDS = 600

_names = itertools.count()


@dataclass(slots=True)
class Asked:
    """What the model knows of one request."""

    id: str
    call: tuple[int, str, int]
    expires: float
    status: str = "pending"
    replies: str = ""


@dataclass(frozen=True, slots=True)
class Matching:
    """What the model knows of one conditional rule."""

    id: str
    tenant: int
    tool: str
    priority: int
    effect: str
    n: int


class GatewayModel(RuleBasedStateMachine):
    """Two tenants, two tools, few arguments: so that calls meet what happened to others like them."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="agentport-model-"))
        self.database_url = self.empty_database()
        self.clock = HandClock()
        self.seconds = 0.0
        self.tenants: list[Tenant] = []
        self.asked: dict[str, Asked] = {}
        self.modes: dict[tuple[int, str], str] = {}
        self.rules: list[Matching] = []
        self.due: dict[tuple[int, str, int], int] = {}
        self.ran: dict[tuple[int, str, int], int] = {}
        self.genuine = Scripted.call
        Scripted.call = self.recording()  # type: ignore[method-assign]

    def empty_database(self) -> str:
        return f"sqlite:///{self.folder / 'model.sqlite'}"

    def recording(self) -> Any:
        genuine, ran = self.genuine, self.ran

        async def call(self: Scripted, tool_name: str, arguments: Any) -> UpstreamResult:
            place = (arguments["tenant"], tool_name, arguments["n"])
            ran[place] = ran.get(place, 0) + 1
            return await genuine(self, tool_name, arguments)

        return call

    def start(self) -> None:
        self.gateway = build(
            Settings(
                database_url=self.database_url,
                secret_key="a key for tests",
                demo=True,
                approval_expiry_seconds=EXPIRY_SECONDS,
            ),
            clock=self.clock,
        )
        self.runner.run(self.begin())

    async def begin(self) -> None:
        ready, self.ending = asyncio.Event(), asyncio.Event()

        async def live() -> None:
            async with self.gateway.living():
                ready.set()
                await self.ending.wait()

        self.life = asyncio.create_task(live())
        beginning = asyncio.create_task(ready.wait())
        await asyncio.wait({self.life, beginning}, return_when=asyncio.FIRST_COMPLETED)
        if self.life.done():
            await self.life

    async def end(self) -> None:
        self.ending.set()
        await self.life

    def stop(self) -> None:
        self.runner.run(self.end())

    def teardown(self) -> None:
        Scripted.call = self.genuine  # type: ignore[method-assign]
        self.stop()
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def furnish(self) -> None:
        self.start()
        for name in ("one", "two"):
            tenant = self.runner.run(furnish_tenant(self.gateway.gateway, name))
            self.tenants.append(tenant)
            self.modes[len(self.tenants) - 1, "lookup"] = "allow"

    def agent(self, tenant: int) -> Agent:
        one = self.tenants[tenant]
        return Agent(org_id=one.org_id, key_id=one.key_id, key_name="k", key_prefix="ap_")

    def human(self, tenant: int) -> Human:
        one = self.tenants[tenant]
        return Human(org_id=one.org_id, user_id=one.user_id, email="h@example.org")

    def mode_of(self, call: tuple[int, str, int]) -> str:
        tenant, tool, n = call
        matching = [one for one in self.rules if (one.tenant, one.tool, one.n) == (tenant, tool, n)]
        if matching:
            return min(matching, key=lambda one: (one.priority, STRICTEST[one.effect])).effect
        return self.modes.get((tenant, tool), "require_approval")

    def status(self, one: Asked) -> str:
        over = one.status in ("pending", "approved") and self.seconds >= one.expires
        return "expired" if over else one.status

    def live(self, call: tuple[int, str, int]) -> Asked | None:
        found = [one for one in self.asked.values() if one.call == call]
        return next((one for one in found if self.status(one) in ("pending", "approved")), None)

    def runs(self, one: Asked | None, call: tuple[int, str, int]) -> None:
        self.due[call] = self.due.get(call, 0) + 1
        if one is not None:
            one.status = "consumed"

    def make(self, call: tuple[int, str, int]) -> Outcome:
        tenant, tool, n = call
        asking = Call(
            caller=self.agent(tenant),
            surface="mcp",
            integration_id="demo",
            tool_name=tool,
            arguments={"order": "1", "n": n, "tenant": tenant},
            additional_info=None,
        )
        return self.runner.run(call_tool(self.gateway.gateway, asking))

    @rule(tenant=st.integers(0, 1), tool=st.sampled_from(TOOLS), n=st.integers(0, 1))
    def call(self, tenant: int, tool: str, n: int) -> None:
        call = (tenant, tool, n)
        outcome, mode, live = self.make(call), self.mode_of(call), self.live(call)
        if mode == "deny":
            assert outcome.name == "denied_by_policy"
            return
        if mode == "allow" or (live is not None and self.status(live) == "approved"):
            approved = live if live is not None and self.status(live) == "approved" else None
            assert outcome.name == "executed"
            self.runs(approved, call)
            return
        assert outcome.name == "approval_required"
        assert outcome.request_id is not None
        if live is None:
            self.asked[outcome.request_id] = Asked(
                id=outcome.request_id, call=call, expires=self.seconds + EXPIRY_SECONDS
            )
        else:
            assert outcome.request_id == live.id

    @precondition(lambda self: self.asked)
    @rule(number=st.integers(0, 50), stranger=st.booleans())
    def wait_for(self, number: int, stranger: bool) -> None:
        one = list(self.asked.values())[number % len(self.asked)]
        asker = self.agent(1 - one.call[0] if stranger else one.call[0])
        status = self.status(one)
        seconds = 0.0 if status == "pending" else 5.0
        outcome = self.runner.run(await_approval(self.gateway.gateway, asker, one.id, timeout_seconds=seconds))
        if stranger:
            assert outcome.name == "not_found"
        elif status == "approved" and self.mode_of(one.call) == "deny":
            assert outcome.name == "denied_by_policy"
            one.status, one.replies = "denied", "denied_by_policy"
        elif status == "approved":
            assert outcome.name == "executed"
            self.runs(one, one.call)
        else:
            expected = {"pending": "still_pending", "expired": "expired", "consumed": "executed"}
            assert outcome.name == expected.get(status, one.replies)

    @precondition(lambda self: self.asked)
    @rule(number=st.integers(0, 50), decision=st.sampled_from(["approve_once", "allow_tool", "deny"]))
    def decide(self, number: int, decision: Any) -> None:
        one = list(self.asked.values())[number % len(self.asked)]
        pending = self.status(one) == "pending"
        try:
            self.runner.run(deciding.decide(self.gateway.gateway, self.human(one.call[0]), one.id, decision))
        except (deciding.AlreadyDecidedError, deciding.TooLateError):
            assert not pending
            return
        assert pending
        one.status, one.replies = ("denied", "denied_by_human") if decision == "deny" else ("approved", "")
        if decision == "allow_tool":
            self.modes[one.call[0], one.call[1]] = "allow"

    @rule(tenant=st.integers(0, 1), tool=st.sampled_from(TOOLS), mode=st.sampled_from(EFFECTS))
    def set_mode(self, tenant: int, tool: str, mode: Any) -> None:
        self.runner.run(configuring.set_mode(self.gateway.gateway, self.human(tenant), "demo", tool, mode))
        self.modes[tenant, tool] = mode
        for one in self.asked.values():
            if mode == "deny" and one.call[:2] == (tenant, tool) and self.status(one) in ("pending", "approved"):
                one.status, one.replies = "denied", "denied_by_policy"

    @rule(
        tenant=st.integers(0, 1),
        tool=st.sampled_from(TOOLS),
        priority=st.integers(0, 2),
        effect=st.sampled_from(EFFECTS),
        n=st.integers(0, 1),
    )
    def add_rule(self, tenant: int, tool: str, priority: int, effect: Any, n: int) -> None:
        one = Matching(f"rule-{next(_names)}", tenant, tool, priority, effect, n)
        self.rules.append(one)
        placed = self.placed(one)
        gateway, org_id, now = self.gateway.gateway, self.tenants[tenant].org_id, self.clock.now()
        self.runner.run(gateway.database.write(lambda c: policies.add_rule(c, org_id=org_id, placed=placed, now=now)))
        gateway.views.drop(org_id)

    @precondition(lambda self: self.rules)
    @rule(number=st.integers(0, 50))
    def remove_rule(self, number: int) -> None:
        one = self.rules.pop(number % len(self.rules))
        gateway, org_id = self.gateway.gateway, self.tenants[one.tenant].org_id
        placed = self.placed(one)
        self.runner.run(gateway.database.write(lambda c: policies.remove_rule(c, org_id=org_id, placed=placed)))
        gateway.views.drop(org_id)

    @staticmethod
    def placed(one: Matching) -> policies.PlacedRule:
        condition = Condition(param="n", operator="equals", values=(str(one.n),))
        effect: Any = one.effect
        return policies.PlacedRule(
            integration_id="demo",
            tool_name=one.tool,
            rule=Rule(id=one.id, priority=one.priority, effect=effect, enabled=True, conditions=(condition,)),
        )

    @rule(seconds=st.sampled_from([1, 200, 601]))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(seconds=seconds)
        self.seconds += seconds

    @rule()
    def restart(self) -> None:
        self.stop()
        self.start()

    @invariant()
    def the_upstream_ran_exactly_as_often_as_it_was_allowed_to(self) -> None:
        assert self.ran == self.due


GatewayModel.TestCase.settings = settings(max_examples=8, stateful_step_count=30, deadline=None)
TestGatewayModel = GatewayModel.TestCase
