"""The same behaviour on PostgreSQL, and on several gateways that share one database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from hypothesis import settings
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from sqlalchemy import create_engine, text

from agentport_gateway.store import audit
from agentport_gateway.store.database import StoreUnavailableError, open_database
from agentport_gateway.telling import Telling

from .test_gateway_model import GatewayModel
from .test_lifecycle import *  # noqa: F403 - the same tests, on this module's gateway
from .test_policies import (  # noqa: F401 - the same
    test_a_rule_that_denies_stops_an_approved_call,
    test_the_matching_rule_decides_and_is_on_record,
    test_who_has_a_second_factor_shows_it_to_say_yes,
)
from .test_portable_sessions import listening, next_message, opened
from .test_serving import is_ready, sign_in, start
from .test_store_model import Store
from .test_wait_ladder import TASKS, a_task, hearing
from .world import AWAIT, CALL, HandClock, World, ask, facts, recording_upstream, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy import Connection, Engine

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]


@pytest.fixture
async def world(tmp_path: Path, database: str) -> AsyncIterator[World]:
    async with running_gateway(tmp_path, database_url=database) as running:
        yield running


@contextlib.asynccontextmanager
async def pair(tmp_path: Path, database: str, **more: Any) -> AsyncIterator[tuple[World, World]]:
    """Two gateways on one database, with one clock."""
    clock = HandClock()
    async with running_gateway(tmp_path, clock=clock, database_url=database, **more) as one:
        tenants = (one.first, one.second)
        async with running_gateway(tmp_path, clock=clock, tenants=tenants, database_url=database, **more) as two:
            async with asyncio.timeout(60):
                while not (one.gateway.views.keeps and two.gateway.views.keeps):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            yield one, two


async def test_a_waiter_on_one_gateway_hears_a_decision_on_the_other(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as (one, two), one.agent() as agent:
        for decision, outcome in (("approve-once", "executed"), ("deny", "denied_by_human")):
            request_id = facts(await agent.call_tool(CALL, ask(decision=decision)))["request_id"]
            waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
            await one.until_parked(1)
            assert (await two.decide(request_id, decision)).status_code == 200
            assert facts(await asyncio.wait_for(waiting, 5))["outcome"] == outcome


async def test_whoever_watches_on_one_gateway_hears_what_is_asked_on_the_other(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as (one, two), one.agent() as agent:
        for number in range(2):
            with two.gateway.waits.watching(two.first.org_id) as ear:
                await agent.call_tool(CALL, ask(number=number))
                async with asyncio.timeout(10):
                    assert await ear.wait(60)


async def test_what_was_asked_is_told_before_the_end(tmp_path: Path, database: str) -> None:
    async with running_gateway(tmp_path, database_url=database) as other:
        with other.gateway.waits.watching("org") as ear:
            async with asyncio.timeout(10):
                while not other.gateway.views.keeps:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            opened_database = open_database(other.gateway.settings.database_url)
            opened_database.start()
            telling = Telling(opened_database)
            telling.asked("org")
            await telling.close()
            opened_database.close()
            async with asyncio.timeout(10):
                assert await ear.wait(60)


async def test_an_entry_that_is_refused_fails_alone(world: World) -> None:
    def writing(entry_id: str) -> Callable[[Connection], None]:
        return lambda connection: audit.write(connection, replace(entry, id=entry_id))

    async with world.agent() as agent:
        await agent.call_tool(CALL, ask(tool="lookup", order="1"))
    newest = await world.gateway.database.read(
        lambda connection: audit.newest(connection, org_id=world.first.org_id, wanted=audit.Filter(), limit=1)
    )
    entry = newest[0].entry
    works = [writing(entry_id) for entry_id in ("a", "b", entry.id, "a", "c")]
    answers = await asyncio.gather(*map(world.gateway.database.log, works), return_exceptions=True)
    assert [type(answer) for answer in answers] == [
        type(None),
        type(None),
        StoreUnavailableError,
        StoreUnavailableError,
        type(None),
    ]
    assert len(await world.logs()) == 4


async def test_two_gateways_run_one_approval_once(tmp_path: Path, database: str) -> None:
    async with (
        pair(tmp_path, database) as (one, two),
        recording_upstream() as upstream,
        one.agent() as first,
        two.agent() as second,
    ):
        integration = await one.install("Probe", upstream.url)
        for number in range(10):
            upstream.calls.clear()
            request_id = facts(await first.call_tool(CALL, ask("act", integration, n=number)))["request_id"]
            waiting = [
                asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id})) for agent in (first, second) * 5
            ]
            await one.until_parked(5)
            await two.until_parked(5)
            await asyncio.gather(one.decide(request_id, "approve-once"), two.decide(request_id, "approve-once"))
            results = await asyncio.wait_for(asyncio.gather(*waiting), 20)
            assert {result.content[0].text for result in results} == {"acted 1"}
            assert len(upstream.calls) == 1


async def test_changes_on_one_gateway_hold_on_the_other(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as (one, two), two.agent() as agent:
        assert facts(await agent.call_tool(CALL, ask("lookup", order="1")))["outcome"] == "executed"
        await one.set_mode("demo", "lookup", "deny")
        await eventually(lambda: two.first.org_id not in two.gateway.views._views)
        assert facts(await agent.call_tool(CALL, ask("lookup", order="1")))["outcome"] == "denied_by_policy"
        await one.http.delete(f"/api/api-keys/{one.first.key_id}", headers=one.first.as_human)
        await eventually(lambda: two.gateway.keys.is_revoked(one.first.key_id))
        refused = await two.http.get("/api/installed", headers=one.first.as_agent)
        assert refused.status_code == 401


async def test_an_approval_on_one_gateway_is_spent_by_an_identical_call_on_the_other_that_a_rule_allows(
    tmp_path: Path, database: str
) -> None:
    async with pair(tmp_path, database) as (one, two), one.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask(order="7")))["request_id"]
        await one.set_mode("demo", "refund", "allow")
        assert facts(await agent.call_tool(CALL, ask(order="8")))["outcome"] == "executed"
        await eventually(lambda: one.first.org_id in one.gateway.views._views)
        assert (await two.decide(request_id, "approve-once")).status_code == 200
        await eventually(lambda: one.first.org_id not in one.gateway.views._views)
        assert facts(await agent.call_tool(CALL, ask(order="7")))["outcome"] == "executed"
        path = f"/api/tool-approvals/requests/{request_id}"
        assert (await two.http.get(path, headers=two.first.as_human)).json()["status"] == "consumed"


async def test_a_lost_connection_costs_seconds_and_not_the_news(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as (one, two), one.agent() as agent:
        request_id = facts(await agent.call_tool(CALL, ask()))["request_id"]
        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}))
        await one.until_parked(1)
        deafen(database)
        assert (await two.decide(request_id, "approve-once")).status_code == 200
        assert facts(await asyncio.wait_for(waiting, 10))["outcome"] == "executed"


def deafen(database: str) -> None:
    """Cut the connection over which each gateway listens; it makes another one after a second."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
    engine.dispose()


async def test_what_changed_while_nothing_could_be_heard_is_caught_up_with(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database, stateless_sessions=True) as (one, two):
        session, other = await opened(one, one.first), await opened(one, one.second)
        async with listening(two, session) as news, listening(two, other) as others:
            deafen(database)
            await eventually(lambda: not two.gateway.views.keeps)
            await one.http.delete("/api/installed/notes", headers=one.second.as_agent)
            await one.http.delete(f"/api/api-keys/{one.first.key_id}", headers=one.first.as_human)
            assert "tools/list_changed" in await next_message(others)
            await eventually(lambda: two.gateway.keys.is_revoked(one.first.key_id))
            async with asyncio.timeout(60):
                async for _ in news:
                    pass  # until the revoked key's stream ends


@pytest.mark.slow
async def test_a_database_server_that_restarts_costs_seconds_and_no_waiter(tmp_path: Path, own_server: Any) -> None:
    from pgserver import pg_ctl

    async with (
        running_gateway(tmp_path, database_url=own_server.get_uri()) as world,
        recording_upstream() as upstream,
        world.agent() as agent,
    ):
        integration = await world.install("Probe", upstream.url)
        request_id = facts(await agent.call_tool(CALL, ask("act", integration)))["request_id"]
        parked = asyncio.Event()

        async def on_progress(*_told: Any) -> None:
            parked.set()

        waiting = asyncio.create_task(agent.call_tool(AWAIT, {"request_id": request_id}, progress_callback=on_progress))
        await asyncio.wait_for(parked.wait(), 10)
        stop = (["-w", "-m", "fast", "stop"], own_server.pgdata, own_server.system_user)
        await asyncio.to_thread(pg_ctl, stop[0], pgdata=stop[1], user=stop[2])
        assert (await world.http.get("/health")).status_code == 200
        assert (await world.http.get("/health/ready")).status_code == 503
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        refused = await world.http.post("/mcp", json=listing, headers=world.first.as_agent)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert not waiting.done()
        await asyncio.to_thread(own_server.ensure_postgres_running)
        async with asyncio.timeout(20):
            while (await world.decide(request_id, "approve-once")).status_code >= 500:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert facts(await asyncio.wait_for(waiting, 20))["outcome"] == "executed"
        assert facts(await agent.call_tool(CALL, ask("lookup", order="1")))["outcome"] == "executed"
        assert (await world.http.get("/health/ready")).status_code == 200
        await eventually(lambda: world.gateway.views.keeps, 20)
        assert upstream.calls == [("act", {})]


async def test_a_session_opened_with_one_gateway_hears_of_changes_on_the_other(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database, stateless_sessions=True) as (one, two):
        session = await opened(one, one.first)
        async with listening(two, session) as news:
            await one.http.delete("/api/installed/notes", headers=one.first.as_agent)
            assert "tools/list_changed" in await next_message(news)


async def test_the_end_of_a_page_is_told_on_whichever_gateway_has_the_stream(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database, stateless_sessions=True, wait_rungs=("elicitation",)) as (one, two):
        session = await opened(one, one.first, {"elicitation": {"url": {}}})
        calls = [{"name": CALL, "arguments": ask(order=str(number))} for number in range(2)]

        async def asked(world: World, call: dict[str, Any]) -> str:
            body = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": call}
            error = (await world.http.post("/mcp", json=body, headers=session)).json()["error"]
            return str(error["data"]["elicitations"][0]["elicitationId"])

        before = await asked(one, calls[0])
        async with listening(two, session) as news, listening(two, await opened(two, two.first)) as others:
            meanwhile = await asked(one, calls[1])
            for request_id in (before, meanwhile):
                await one.decide(request_id, "deny")
                told = await next_message(news)
                assert "notifications/elicitation/complete" in told
                assert request_id in told
            await one.http.delete("/api/installed/notes", headers=one.first.as_agent)
            assert "tools/list_changed" in await next_message(others)
        async with listening(one, session) as news:
            await one.http.delete("/api/installed/demo", headers=one.first.as_agent)
            assert "tools/list_changed" in await next_message(news)


async def test_a_task_is_told_of_on_whichever_gateway_its_client_listens(tmp_path: Path, database: str) -> None:
    able = {"extensions": {TASKS: {}}}
    async with pair(tmp_path, database, wait_rungs=("tasks",)) as (one, two), recording_upstream() as upstream:
        task_id = await a_task(one, ask("act", await one.install("Probe", upstream.url)))
        async with hearing(two, {"taskIds": [task_id]}, **able) as next_message_of:
            assert (await next_message_of())["params"]["notifications"] == {"taskIds": [task_id]}
            await two.until_parked(1)
            await one.decide(task_id, "approve-once")
            assert (await next_message_of())["params"]["status"] == "completed"
        assert len(upstream.calls) == 1


async def eventually(holds: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - news from another gateway
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _model_database(request: pytest.FixtureRequest) -> None:
    if request.cls in (TestStoreOnPostgresql, TestGatewayModelOnPostgresql):
        PostgresqlStore.server = PostgresqlModel.server = request.getfixturevalue("server")


class PostgresqlStore(Store):
    """The model test's store, each time in an empty database."""

    server = ""

    def open(self) -> Engine:
        from agentport_gateway.store.schema import metadata

        engine = create_engine(self.server.replace("postgresql://", "postgresql+psycopg://"))
        metadata.create_all(engine)
        with engine.begin() as connection:
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} CASCADE"))
        return engine


class PostgresqlModel(GatewayModel):
    """The model test's gateway, each time on an empty database."""

    server = ""

    def empty_database(self) -> str:
        engine = create_engine(self.server.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return self.server


TestGatewayModelOnPostgresql = PostgresqlModel.TestCase
TestGatewayModelOnPostgresql.settings = settings(max_examples=4, stateful_step_count=25, deadline=None)

TestStoreOnPostgresql = PostgresqlStore.TestCase
TestStoreOnPostgresql.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)


async def each_worker_serves_alone_while_another_is_held(supervisor: int, base_url: str) -> None:
    workers = children(supervisor)
    assert len(workers) == 2
    for held in workers:
        os.kill(held, signal.SIGSTOP)
        try:
            await eventually(lambda held=held: state(held) == "T")
            async with httpx2.AsyncClient(base_url=base_url, timeout=30) as http:
                answers = await asyncio.gather(*(http.get("/health") for _ in range(16)))
        finally:
            os.kill(held, signal.SIGCONT)
        assert {answer.status_code for answer in answers} == {200}


def children(supervisor: int) -> list[int]:
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if parent(process) == supervisor]


def parent(process: Path) -> int:
    with contextlib.suppress(OSError):
        return int((process / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
    return 0


def state(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="which processes serve is read from /proc")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_two_worker_processes_share_one_address(tmp_path: Path, database: str, mode: str) -> None:
    process, ready = start(tmp_path, demo=True, workers=2, database_url=database)
    try:
        told = await is_ready(process, ready)
        key = {"X-API-Key": told["api_key"]}
        async with (
            httpx2.AsyncClient(base_url=told["base_url"], timeout=30) as http,
            contextlib.AsyncExitStack() as stack,
        ):
            human = await sign_in(http, told["human"])
            agents = []
            for _ in range(6):
                client = await stack.enter_async_context(httpx2.AsyncClient(headers=key, timeout=30))
                transport = streamable_http_client(told["mcp_url"], http_client=client)
                agents.append(await stack.enter_async_context(Client(transport, mode=mode)))
            request_id = facts(await agents[0].call_tool(CALL, ask(order="9")))["request_id"]
            arguments = {"request_id": request_id}
            waiting = [asyncio.create_task(agent.call_tool(AWAIT, arguments)) for agent in agents]
            await asyncio.sleep(0.5)
            path = f"/api/tool-approvals/requests/{request_id}/approve-once"
            assert (await http.post(path, headers=human)).status_code == 200
            results = await asyncio.wait_for(asyncio.gather(*waiting), 20)
            assert {result.content[0].text for result in results} == {"Order 9 was refunded."}
        await each_worker_serves_alone_while_another_is_held(process.pid, told["base_url"])
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate, timeout=20)
    assert process.returncode == 0


async def test_worker_processes_end_with_the_one_that_watches_over_them(tmp_path: Path, database: str) -> None:
    process, ready = start(tmp_path, demo=True, workers=2, database_url=database)
    try:
        told = await is_ready(process, ready)
        address = httpx2.URL(told["base_url"])
        connected, writer = await asyncio.open_connection(address.host, address.port)
    finally:
        process.kill()
        await asyncio.to_thread(process.communicate, timeout=20)  # its output ends when no worker has it any more
    assert await asyncio.wait_for(connected.read(), 20) == b""
    writer.close()
    with pytest.raises(httpx2.ConnectError):
        await asyncio.to_thread(httpx2.get, told["base_url"])
