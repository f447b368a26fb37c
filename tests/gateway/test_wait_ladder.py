"""The rungs above text: a page that the client opens, and a task that it polls. Text stays for everybody else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any, Literal

import httpx2
import mcp_types as types
import pytest
from mcp.client.extension import ClientExtension, ResultClaim
from mcp.shared.exceptions import MCPError

from .test_limits import MODERN
from .world import AWAIT, BOTH_REVISIONS, CALL, World, ask, facts, recording_upstream, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

TASKS = "io.modelcontextprotocol/tasks"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running_gateway(tmp_path, wait_rungs=("elicitation", "tasks")) as running:
        yield running


class Page:
    """A client's user who is asked to open a page, and does what the test wants."""

    def __init__(self, action: str, then: Callable[[str], Awaitable[Any]] | None = None) -> None:
        self.action = action
        self.then = then
        self.seen: list[Any] = []
        self.work: list[asyncio.Task[Any]] = []

    async def __call__(self, _context: Any, params: Any) -> types.ElicitResult:
        self.seen.append(params)
        if self.then is not None:
            self.work.append(asyncio.ensure_future(self.then(params.url.rsplit("/", 1)[1])))
        return types.ElicitResult(action=self.action)  # type: ignore[arg-type]


async def test_who_opens_the_page_gets_the_result_of_the_very_call(world: World) -> None:
    async def decide(request_id: str) -> None:
        await world.until_parked(1)
        await world.decide(request_id, "approve-once")

    page = Page("accept", decide)
    async with recording_upstream() as upstream, world.agent(elicitation_callback=page) as agent:
        integration = await world.install("Probe", upstream.url)
        result = await agent.call_tool(CALL, ask("act", integration))
        assert result.content[0].text == "acted 1"
        assert facts(result)["outcome"] == "executed"
        assert upstream.calls == [("act", {})]
    assert [params.mode for params in page.seen] == ["url"]
    assert integration in page.seen[0].message
    assert [entry["outcome"] for entry in await world.logs()] == ["executed"]


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_who_does_not_open_the_page_has_decided_nothing(world: World, action: str) -> None:
    page = Page(action)
    async with world.agent(elicitation_callback=page) as agent:
        result = await agent.call_tool(CALL, ask())
        told = facts(result)
        assert told["outcome"] == "still_pending"
        assert told["approval_url"] == page.seen[0].url
        await world.decide(told["request_id"], "approve-once")
        assert facts(await agent.call_tool(AWAIT, {"request_id": told["request_id"]}))["outcome"] == "executed"


async def test_the_budget_ends_the_wait_after_the_page_with_text_that_goes_on(world: World) -> None:
    async def wait(_request_id: str) -> None:
        await world.until_parked(1)
        world.clock.move(seconds=46)

    async with world.agent(elicitation_callback=Page("accept", wait)) as agent:
        result = await agent.call_tool(CALL, ask())
    assert facts(result)["outcome"] == "still_pending"
    assert AWAIT in result.content[0].text


async def send(world: World, method: str, params: dict[str, Any], **capabilities: Any) -> httpx2.Response:
    """One request at 2026-07-28 by a client that declares these capabilities."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    }
    headers = {**MODERN, **world.first.as_agent, "Mcp-Method": method}
    headers["Mcp-Name"] = params.get("taskId") or params.get("name", "")
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta, **params}}
    return await world.http.post("/mcp", json=body, headers=headers)


async def test_the_state_of_a_page_serves_no_other_call_and_no_other_key(world: World) -> None:
    elicits = {"elicitation": {"url": {}}}
    call = {"name": CALL, "arguments": ask(order="1")}
    asked = (await send(world, "tools/call", call, **elicits)).json()["result"]
    assert asked["resultType"] == "input_required"
    answer = {"inputResponses": {"approval": {"action": "cancel"}}, "requestState": asked["requestState"]}
    other = {"name": CALL, "arguments": ask(order="2")}
    for params in (
        {**other, **answer},
        {**call, **answer, "requestState": asked["requestState"][:-4] + "AAAA"},
        {**call, **answer, "requestState": "ü"},
        {**call, **answer, "requestState": ""},
    ):
        refused = await send(world, "tools/call", params, **elicits)
        assert refused.json()["error"]["code"] == types.INVALID_PARAMS
    world.first, world.second = world.second, world.first
    refused = await send(world, "tools/call", {**call, **answer}, **elicits)
    assert refused.json()["error"]["code"] == types.INVALID_PARAMS
    world.first, world.second = world.second, world.first
    again = (await send(world, "tools/call", {**call, **answer}, **elicits)).json()["result"]
    assert again["structuredContent"]["outcome"] == "still_pending"
    assert len(await world.logs()) == 1


@pytest.mark.parametrize("portable", [False, True], ids=["own sessions", "shared sessions"])
async def test_at_2025_11_25_the_page_comes_as_an_error_and_its_end_is_told(tmp_path: Path, portable: bool) -> None:
    told = asyncio.Event()

    async def on_message(message: Any) -> None:
        if type(message).__name__ == "ElicitCompleteNotification":
            told.set()

    async with (
        running_gateway(tmp_path, wait_rungs=("elicitation",), stateless_sessions=portable) as world,
        world.agent(mode="legacy", elicitation_callback=Page("accept"), message_handler=on_message) as agent,
    ):
        for _ in range(2):
            with pytest.raises(MCPError) as caught:
                await agent.call_tool(CALL, ask(order="7"))
            assert caught.value.error.code == types.URL_ELICITATION_REQUIRED
            (page,) = caught.value.error.data["elicitations"]
        assert page["mode"] == "url"
        assert page["url"].endswith(page["elicitationId"])
        assert AWAIT in caught.value.error.message
        await world.decide(page["elicitationId"], "approve-once")
        await asyncio.wait_for(told.wait(), 5)
        assert (await agent.call_tool(CALL, ask(order="7"))).content[0].text == "Order 7 was refunded."


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_a_client_that_declares_nothing_reads_text_whatever_is_allowed(world: World, mode: str) -> None:
    async with world.agent(mode=mode) as agent:
        assert facts(await agent.call_tool(CALL, ask()))["outcome"] == "approval_required"


@pytest.mark.parametrize("mode", BOTH_REVISIONS)
async def test_without_the_setting_every_client_reads_text(tmp_path: Path, mode: str) -> None:
    async with (
        running_gateway(tmp_path) as world,
        world.agent(mode=mode, elicitation_callback=Page("accept")) as agent,
    ):
        assert facts(await agent.call_tool(CALL, ask()))["outcome"] == "approval_required"
        refused = await send(world, "tasks/get", {"taskId": "x"}, extensions={TASKS: {}})
        assert refused.status_code == 404


class Task(types.Result):
    """A task as the extension's draft has it."""

    result_type: Literal["task"] = "task"
    task_id: str
    status: str
    status_message: str | None = None


class PollsTasks(ClientExtension):
    """A client that polls a task, and lets the test act when it sees one."""

    identifier = TASKS

    def __init__(self, world: World, decision: str) -> None:
        self.world = world
        self.decision = decision
        self.states: list[str] = []

    def claims(self) -> list[ResultClaim[Task]]:
        return [ResultClaim(result_type="task", model=Task, resolve=self.resolve)]

    async def resolve(self, task: Task, _context: Any) -> types.CallToolResult:
        assert task.status_message is not None
        assert f"/approve/{task.task_id}" in task.status_message
        self.states.append((await self.get(task.task_id))["status"])
        await self.world.decide(task.task_id, self.decision)
        async with asyncio.timeout(60):
            while (found := await self.get(task.task_id))["status"] == "working":  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        self.states.append(found["status"])
        return types.CallToolResult.model_validate(found["result"])

    async def get(self, task_id: str) -> dict[str, Any]:
        answer = await send(self.world, "tasks/get", {"taskId": task_id}, extensions={TASKS: {}})
        found: dict[str, Any] = answer.json()["result"]
        assert found["resultType"] == "complete"
        return found


@pytest.mark.parametrize(
    ("decision", "outcome", "runs"), [("approve-once", "executed", 1), ("deny", "denied_by_human", 0)]
)
async def test_a_task_is_worked_on_until_the_human_has_decided(
    world: World, decision: str, outcome: str, runs: int
) -> None:
    polls = PollsTasks(world, decision)
    async with recording_upstream() as upstream, world.agent(extensions=[polls]) as agent:
        integration = await world.install("Probe", upstream.url)
        result = await agent.call_tool(CALL, ask("act", integration))
        assert facts(result)["outcome"] == outcome
        assert len(upstream.calls) == runs
        # A denial is a result, not a failure of the protocol.
        assert polls.states == ["working", "completed"]


async def test_a_task_that_its_client_gives_up_asks_no_human_any_more(world: World) -> None:
    able = {"extensions": {TASKS: {}}}
    made = (await send(world, "tools/call", {"name": CALL, "arguments": ask()}, **able)).json()["result"]
    task = {"taskId": made["taskId"]}
    assert (await send(world, "tasks/update", {**task, "inputResponses": {}}, **able)).json()["result"]
    assert (await send(world, "tasks/cancel", task, **able)).json()["result"]["resultType"] == "complete"
    assert (await send(world, "tasks/get", task, **able)).json()["result"]["status"] == "cancelled"
    assert (await world.decide(made["taskId"], "approve-once")).status_code == 409
    assert (await world.logs())[0]["detail"] == "withdrawn"


async def test_an_upstream_that_was_never_reached_leaves_the_task_working(world: World) -> None:
    able = {"extensions": {TASKS: {}}}
    async with recording_upstream() as upstream:
        integration = await world.install("Probe", upstream.url)
        call = {"name": CALL, "arguments": ask("act", integration)}
        task = {"taskId": (await send(world, "tools/call", call, **able)).json()["result"]["taskId"]}
    await world.decide(task["taskId"], "approve-once")
    for _ in range(3):
        assert (await send(world, "tasks/get", task, **able)).json()["result"]["status"] == "working"


async def test_tasks_are_for_clients_that_declare_them_and_for_their_own_organisation(world: World) -> None:
    able = {"extensions": {TASKS: {}}}
    made = (await send(world, "tools/call", {"name": CALL, "arguments": ask()}, **able)).json()["result"]
    task = {"taskId": made["taskId"]}
    unable = await send(world, "tasks/get", task)
    assert unable.json()["error"]["code"] == types.MISSING_REQUIRED_CLIENT_CAPABILITY
    assert unable.status_code == 400
    world.first, world.second = world.second, world.first
    for method in ("tasks/get", "tasks/update", "tasks/cancel"):
        refused = await send(world, method, {**task, "inputResponses": {}}, **able)
        assert refused.json()["error"]["code"] == types.INVALID_PARAMS


@contextlib.asynccontextmanager
async def hearing(world: World, filters: dict[str, Any], **capabilities: Any) -> AsyncIterator[Callable[[], Any]]:
    """A listen stream at 2026-07-28; what it gives is the next message on it."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    }
    body = {
        "jsonrpc": "2.0",
        "id": "l1",
        "method": "subscriptions/listen",
        "params": {"_meta": meta, "notifications": filters},
    }
    headers = {**MODERN, **world.first.as_agent, "Mcp-Method": "subscriptions/listen"}
    async with (
        httpx2.AsyncClient(base_url=world.base_url, timeout=30) as http,
        http.stream("POST", "/mcp", json=body, headers=headers) as stream,
    ):
        lines = stream.aiter_lines()

        async def next_message() -> dict[str, Any]:
            if stream.headers["content-type"] == "application/json":
                return dict(json.loads(await stream.aread()))
            async with asyncio.timeout(60):
                while not (line := await anext(lines)).startswith("data: "):
                    pass
            return dict(json.loads(line.removeprefix("data: ")))

        yield next_message


async def a_task(world: World, call: dict[str, Any]) -> str:
    able = {"extensions": {TASKS: {}}}
    made = (await send(world, "tools/call", {"name": CALL, "arguments": call}, **able)).json()["result"]
    return str(made["taskId"])


@pytest.mark.parametrize(
    ("decision", "outcome", "runs"), [("approve-once", "executed", 1), ("deny", "denied_by_human", 0)]
)
async def test_who_listens_for_a_task_need_not_poll(world: World, decision: str, outcome: str, runs: int) -> None:
    able = {"extensions": {TASKS: {}}}
    async with recording_upstream() as upstream:
        integration = await world.install("Probe", upstream.url)
        task_id = await a_task(world, ask("act", integration))
        filters = {"taskIds": [task_id, "7d9d6a4e-0000-7000-8000-000000000000"], "toolsListChanged": True}
        async with hearing(world, filters, **able) as next_message:
            acknowledged = (await next_message())["params"]
            assert acknowledged["notifications"] == {"taskIds": [task_id], "toolsListChanged": True}
            await world.until_parked(1)
            await world.decide(task_id, decision)
            told = await next_message()
            assert told["method"] == "notifications/tasks"
            assert told["params"]["_meta"].pop("io.modelcontextprotocol/subscriptionId") == "l1"
            polled = (await send(world, "tasks/get", {"taskId": task_id}, **able)).json()["result"]
            # The whole task, as polling would have found it; only that the result is told again is polling's own.
            assert told["params"].keys() | {"resultType"} == polled.keys()
            assert told["params"]["result"]["content"] == polled["result"]["content"]
            for name in polled.keys() - {"resultType", "result", "_meta"}:
                assert told["params"][name] == polled[name]
            assert told["params"]["status"] == "completed"
            assert told["params"]["ttlMs"] is None
            assert told["params"]["result"]["_meta"]["agentport/outcome"]["outcome"] == outcome
        assert len(upstream.calls) == runs


async def test_a_task_that_ended_before_anybody_listened_is_told_at_once(world: World) -> None:
    able = {"extensions": {TASKS: {}}}
    task_id = await a_task(world, ask())
    await send(world, "tasks/cancel", {"taskId": task_id}, **able)
    async with hearing(world, {"taskIds": [task_id]}, **able) as next_message:
        await next_message()
        assert (await next_message())["params"]["status"] == "cancelled"


async def test_an_upstream_that_comes_back_completes_a_task_that_is_listened_for(world: World) -> None:
    able = {"extensions": {TASKS: {}}}
    async with recording_upstream() as upstream:
        integration = await world.install("Probe", upstream.url)
        task_id = await a_task(world, ask("act", integration))
    async with hearing(world, {"taskIds": [task_id]}, **able) as next_message:
        await next_message()
        await world.until_parked(1)
        await world.decide(task_id, "approve-once")
        assert (await next_message())["params"]["status"] == "working"
        async with recording_upstream(port=int(upstream.url.split(":")[2].split("/")[0])) as again:
            await world.until_parked(1)
            world.clock.move(seconds=2)
            assert (await next_message())["params"]["status"] == "completed"
        assert again.calls == [("act", {})]


async def test_a_stream_of_tasks_is_for_those_that_declare_them_and_ends_with_the_key(world: World) -> None:
    able = {"extensions": {TASKS: {}}}
    task_id = await a_task(world, ask())
    async with hearing(world, {"taskIds": [task_id]}) as next_message:
        assert (await next_message())["error"]["code"] == types.MISSING_REQUIRED_CLIENT_CAPABILITY
    async with hearing(world, {"taskIds": "all"}, **able) as next_message:
        assert (await next_message())["error"]["code"] == types.INVALID_PARAMS
    world.first, world.second = world.second, world.first
    async with hearing(world, {"taskIds": [task_id]}, **able) as next_message:
        assert (await next_message())["params"]["notifications"] == {}
    world.first, world.second = world.second, world.first
    async with hearing(world, {"taskIds": [task_id]}, **able) as next_message:
        await next_message()
        await world.http.delete(f"/api/api-keys/{world.first.key_id}", headers=world.first.as_human)
        assert (await next_message())["result"]["resultType"] == "complete"
