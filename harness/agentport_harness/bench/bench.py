"""The bench of one check: agents, tools of its own, a human's hands, raw HTTP; and nothing of it stays behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, Literal, TypeVar

import anyio

from agentport_harness.bench.agent import Agent, Named
from agentport_harness.bench.by_hand import HandInstalled
from agentport_harness.bench.check import NotReachedError
from agentport_harness.bench.http import REVISIONS, Http, Raw, Revision, answered, bearer, hello
from agentport_harness.bench.journal import Journal
from agentport_harness.bench.stand import EXPIRY, Stand, Target
from agentport_harness.bench.undoing import to_the_end
from agentport_harness.core.errors import HarnessError, UnreachableError
from agentport_harness.core.json_values import JSON
from agentport_harness.core.outcomes import PENDING
from agentport_harness.core.transcript import Deed, Mode
from agentport_harness.transports.adapter import Decided, GatewayAdapter, Key, Skill
from agentport_harness.transports.mcp import Protocol, connect
from agentport_harness.transports.probe import Behaviour, ProbeTool, Received

T = TypeVar("T")
CLEAN_UP = 5.0
"""Seconds that undoing one thing may take: a key, an integration, an approval request."""
MOST_CLEAN_UP = 30.0
HANDS = 4
"""Requests that are denied at the same time at the end."""
WAIT_FOR_TOOL = 60.0
"""Seconds that another check may need a tool that was set to its mode by hand."""
SLACK_IN_FLOORS = 100
"""An exchange on a quiet machine takes a millisecond: that allows a tenth of a second."""
_RECORDED: dict[Deed, Literal["approve_once", "allow_tool", "deny"]] = {
    "approves": "approve_once",
    "always_allows": "allow_tool",
    "denies": "deny",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTarget:
    """A tool of the probe, installed in the gateway for one check alone: under the name ``key``, from ``url``."""

    integration_id: str
    name: str
    probe: ProbeTool
    key: str
    url: str

    @property
    def received(self) -> Sequence[Received]:
        """The calls that reached it."""
        return self.probe.received

    @property
    def arguments(self) -> list[JSON]:
        """What they carried."""
        return [one.arguments for one in self.probe.received]


class Bench:
    """What one check works with. Its undoings run in reverse order when the check ends, however it ends."""

    def __init__(self, slug: str, stand: Stand, journal: Journal, stack: AsyncExitStack) -> None:
        self.stand = stand
        self.journal = journal
        self.left_behind: list[str] = []
        self.facts: dict[str, str] = {}
        self.resting: Callable[[], None] = lambda: None
        self.more_time: Callable[[float], None] = lambda _seconds: None
        self._slug = slug
        self._stack = stack
        self._http: Http | None = None
        self._agents: dict[tuple[str, Protocol], Agent] = {}
        self._open: dict[str, None] = {}
        self._tool_of: dict[str, str] = {}

    @property
    def rounds(self) -> int:
        """How often a race is repeated."""
        return self.stand.rounds

    def can(self, skill: Skill) -> bool:
        """Whether the adapter can do something that the check only uses where it can."""
        return skill in self.stand.skills

    @property
    def adapter(self) -> GatewayAdapter:
        """The first organisation's human. Raises `NotReachedError` without one: declare the need."""
        if self.stand.first.adapter is None:
            raise NotReachedError("no adapter was given")
        return self.stand.first.adapter

    # --- agents and the wire

    async def agent(self, *, api_key: str = "", protocol: Protocol | None = None) -> Agent:
        """An agent of the first organisation, or of whose key is given; the same one when asked for again."""
        wanted = (api_key or self.stand.first.api_key, protocol or self.stand.protocol)
        if wanted not in self._agents:
            self._agents[wanted] = await self.new_agent(api_key=wanted[0], protocol=wanted[1])
        return self._agents[wanted]

    async def new_agent(self, *, api_key: str = "", protocol: Protocol | None = None) -> Agent:
        """One more connection."""
        return await self._stack.enter_async_context(self.visiting(api_key=api_key, protocol=protocol))

    @asynccontextmanager
    async def visiting(self, *, api_key: str = "", protocol: Protocol | None = None) -> AsyncIterator[Agent]:
        """A connection that ends with a context: around a restart, or for a client that goes away."""
        key = api_key or self.stand.first.api_key
        stand, spoken = self.stand, protocol or self.stand.protocol
        headers = bearer(key) if key and stand.as_bearer else None
        async with connect(stand.mcp_url, key, protocol=spoken, headers=headers, rung=stand.rung) as session:
            yield Agent(session, self.journal, self.stand, self._asked)

    async def http(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, JSON] | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 a wait for an answer
    ) -> Raw:
        """One raw request, with the agent's key unless ``headers`` are given; ``path`` may be a whole URL."""
        if self._http is None:
            import httpx2

            verify = self.stand.base_url.startswith("https")
            client = httpx2.AsyncClient(verify=verify, trust_env=False, follow_redirects=False, timeout=None)
            self._http = Http(await self._stack.enter_async_context(client), self.journal, self.stand.clock)
        url = path if path.startswith("http") else f"{self.stand.base_url}{path}"
        given = self.stand.credential if headers is None else headers
        if isinstance(body, Mapping):
            given = {"Content-Type": "application/json", **given}
        return await self._http.send(method, url, headers=given, body=body, timeout=timeout)

    async def hello(self, revision: Revision, *, auth: Mapping[str, str] | None = None, path: str = "") -> Raw:
        """The first message of a revision, raw, to the MCP endpoint or to ``path``."""
        message, headers = hello(revision)
        credential = self.stand.credential if auth is None else auth
        url = path or self.stand.mcp_url
        answer = await self.http("POST", url, headers={**headers, **credential}, body=message)
        if session := answer.headers.get("mcp-session-id"):
            of = {**credential, "Mcp-Session-Id": session, "MCP-Protocol-Version": revision}
            self.undo("an MCP session", lambda: self.http("DELETE", url, headers=of))
        return answer

    async def spoken(self, auth: Mapping[str, str]) -> tuple[Revision, ...]:
        """The revisions whose first message is answered, newest last. Raises `NotReachedError` where none is."""
        answers = {revision: await self.hello(revision, auth=auth) for revision in REVISIONS}
        if found := tuple(revision for revision, answer in answers.items() if answered(answer)):
            return found
        answer = answers[REVISIONS[-1]]
        raise NotReachedError(f"no first message is answered: {answer.status} {answer.text[:200]}")

    async def guarded(self) -> tuple[Revision, ...]:
        """The revisions on which a stranger is refused. Raises `NotReachedError` where none is."""
        strangers = {revision: await self.hello(revision, auth={}) for revision in REVISIONS}
        if found := tuple(revision for revision, answer in strangers.items() if answer.status in (401, 403)):
            return found
        raise NotReachedError("the endpoint answers without a credential too")

    # --- tools

    async def tool(
        self, *, mode: Mode = "require_approval", adapter: GatewayAdapter | None = None, **probe: Any
    ) -> ProbeTarget:
        """A fresh integration of the probe's with one tool; ``probe`` are fields of `ProbeTool`. Need: ``probe``.

        A tool nobody configured requires approval: only the other modes are set. Need: ``mode``.
        """
        tool = ProbeTool(**probe)
        if self.stand.by_hand is not None and adapter in (None, self.stand.first.adapter):
            return await self._lent(self.stand.by_hand, tool, mode)
        human = adapter or self.adapter
        key, served = await self._served(lambda key, reached: _probe(self.stand).serve(key, (tool,), reached))
        integration_id = await human.install(key, served)
        self.undo(f"the integration {integration_id}", lambda: human.uninstall(integration_id))
        if mode != "require_approval":
            self.more_time(self.stand.pace)
            await human.set_mode(integration_id, tool.name, mode)
        return ProbeTarget(integration_id=integration_id, name=tool.name, probe=tool, key=key, url=served)

    async def _lent(self, hand: HandInstalled, tool: ProbeTool, mode: Mode) -> ProbeTarget:
        by_hand = mode if mode != "require_approval" and not self.can("mode") else None
        if by_hand:
            self.more_time(WAIT_FOR_TOOL)
        reached = partial(self.journal.upstream, hand.integration_id)
        lent = await self._stack.enter_async_context(hand.lent(tool, reached, to=self, mode=by_hand))
        target = ProbeTarget(
            integration_id=hand.integration_id, name=lent.name, probe=lent, key=hand.integration_id, url=hand.url
        )
        if mode != "require_approval" and by_hand is None:
            self._set_back(target.name)
            await self.set_mode(target, mode)
        return target

    def _set_back(self, tool: str) -> None:
        """Let a tool of the probe that was installed by hand ask for approval again, at the end."""
        if (hand := self.stand.by_hand) is None:
            return
        if self.can("mode"):
            back = partial(self.adapter.set_mode, hand.integration_id, tool, "require_approval")
            self.undo(f"the mode of {hand.integration_id}/{tool}", back)
        elif tool not in hand.spoilt:
            hand.spoilt.add(tool)
            self.left_behind.append(f"{hand.integration_id}/{tool} runs without approval now: set it back by hand")

    async def api(self, tools: Sequence[Mapping[str, JSON]], **behaviour: Any) -> tuple[str, Behaviour]:
        """The probe as a REST API with these declared tools: its id in the gateway, and what reaches it."""
        answers = Behaviour(**{"result": {"done": True}, **behaviour})
        key, served = await self._served(lambda key, reached: _probe(self.stand).serve_api(key, answers, reached))
        integration_id = await self.adapter.install_api(key, served, tools)
        self.undo(f"the integration {integration_id}", lambda: self.adapter.uninstall(integration_id))
        return integration_id, answers

    async def target(self, mode: Mode) -> Target | ProbeTarget:
        """Some tool in a mode: the one that the user named, else one of the probe's."""
        return self.stand.given[mode] if mode in self.stand.given else await self.tool(mode=mode)

    async def set_mode(self, tool: Named, mode: Mode) -> None:
        """Set a tool's mode; for a tool of the user's say so with `undo` as well. Raises `NotReachedError`."""
        if not self.can("mode"):
            raise NotReachedError(self.stand.lacks("mode") or "nobody but a person sets a tool's mode here")
        self.more_time(self.stand.pace)
        await self.adapter.set_mode(tool.integration_id, tool.name, mode)

    async def _served(self, serve: Callable[[str, Callable[[str, JSON], None]], str]) -> tuple[str, str]:
        key = f"probe-{self._slug}-{self.stand.unique()}"
        url = serve(key, partial(self.journal.upstream, key))
        self._stack.callback(_probe(self.stand).remove, key)
        return key, url

    # --- the human

    async def decide(self, request_id: str, deed: Deed) -> None:
        """Decide as a human. Raises `NotReachedError` when the gateway refuses the decision."""
        decided = await self.try_decide(request_id, deed)
        if not decided.accepted:
            raise NotReachedError(f"the human's decision was refused ({decided.status}): {decided.text[:200]}")

    async def try_decide(self, request_id: str, deed: Deed) -> Decided:
        """Decide as a human, and see how the gateway takes it."""
        asked = self.journal.call(f"a human {deed.replace('_', ' ')}", {"request_id": request_id})
        self.more_time(self.stand.pace)
        decided = await self.adapter.try_decide(request_id, deed)
        self.journal.answer(asked, decided.text, status=decided.status or None)
        if decided.accepted:
            self._open.pop(request_id, None)
            self.journal.decision(request_id, _RECORDED[deed])
            if deed == "always_allows" and request_id in self._tool_of:
                self._set_back(self._tool_of[request_id])
        return decided

    async def approved(self, agent: Agent, tool: Named, arguments: JSON = None, *, info: str = "") -> str:
        """The id of a request that was asked for and approved once, and not awaited yet."""
        asked = await agent.ask(tool, arguments, info=info)
        await self.decide(asked.request_id, "approves")
        return asked.request_id

    async def is_undecided(self, agent: Agent, request_id: str) -> bool:
        """Whether a request still waits for its human: by the adapter's word where it can tell, else by an await."""
        if self.can("requests"):
            return (await self.adapter.request(request_id)).get("status") == "pending"
        return (await agent.wait(request_id, budget=1)).kind in PENDING

    async def key(self, name: str = "conformance check") -> Key:
        """A key of the check's own, revoked at the end. Need: ``keys``."""
        made = await self.adapter.make_key(name)
        self.stand.redactor.hide(made.secret)
        self.undo(f"the API key {made.id}", lambda: self.adapter.revoke_key(made.id))
        return made

    def _asked(self, request_id: str, tool: str) -> None:
        self._tool_of[request_id] = tool
        if not self._open and self.can("decide"):
            self.undo("approval requests", self._deny_open)
        self._open[request_id] = None

    async def _deny_open(self) -> None:
        async def deny() -> None:
            while self._open:
                await self.adapter.try_decide(self._open.popitem()[0], "denies")  # refused where it ended by itself

        async with anyio.create_task_group() as hands:
            for _ in range(HANDS):
                hands.start_soon(deny)

    # --- time and company

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something beside the rest; await it for its outcome. What is unfinished at the end is cancelled."""
        task = asyncio.ensure_future(work)
        self._stack.push_async_callback(_cancelled, task)
        return task

    async def together(self, *works: Coroutine[Any, Any, T]) -> list[T]:
        """All of these at the same time; their outcomes in order."""
        tasks = [self.start(work) for work in works]
        return [await task for task in tasks]

    async def settle(self) -> None:
        """Give something that must not happen the time to happen, and something under way the time to arrive."""
        await anyio.sleep(self.stand.grace)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass; it does not count against the check's own."""
        self.more_time(seconds)
        await self.stand.clock.sleep(seconds)

    async def until_expired(self) -> None:
        """Let requests expire that were made before. Isolation: ``expiry``."""
        self.resting()
        await self.pass_time(EXPIRY + 1.0)

    async def floor(self, times: int = 5) -> float:
        """Seconds of an exchange with the probe, the median: what this machine needs where no gateway is asked."""
        if self.stand.probe is None:
            return 0.0
        url = f"{self.stand.probe.base_url}/floor"
        return median([(await self.http("GET", url, headers={})).seconds for _ in range(times)])

    async def slack(self) -> float:
        """Seconds to add to a limit that is about waiting for ever and not about speed: more on a busy machine."""
        return SLACK_IN_FLOORS * await self.floor()

    async def restart(self, how: Literal["restart", "stop"] = "restart") -> None:
        """Kill the gateway, or stop it in order, and return when it answers again. Needs: ``restart``, ``stop``."""
        self._agents.clear()
        await self.stand.commands[how]()
        with anyio.fail_after(60):
            while True:
                try:
                    await self.hello("2026-07-28")
                except UnreachableError:
                    await anyio.sleep(0.2)
                else:
                    return

    def fact(self, name: str, value: str) -> None:
        """Something measured, for the report: ``fact("wakes p95", "12 ms")``."""
        self.facts[name] = value

    def undo(self, what: str, undoing: Callable[[], Awaitable[object]]) -> None:
        """Do this when the check ends; ``what`` says what is left behind should it fail."""
        self._stack.push_async_callback(self._undone, what, undoing)

    async def _undone(self, what: str, undoing: Callable[[], Awaitable[object]]) -> None:
        try:
            if not await to_the_end(undoing, min(CLEAN_UP * max(len(self._open), 1), MOST_CLEAN_UP)):
                self.left_behind.append(f"{what}: no answer in time")
        except HarnessError as error:
            self.left_behind.append(f"{what}: {error.message}")


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.wait((task,))


def _probe(stand: Stand) -> Any:
    if stand.probe is None:
        raise NotReachedError("no probe upstream is running")
    return stand.probe
