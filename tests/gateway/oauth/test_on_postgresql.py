"""OAuth and webhooks on PostgreSQL, and on two gateways that share a database."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.notices.receiver import receiver
from tests.gateway.oauth.authority import authority
from tests.gateway.oauth.flow import program
from tests.gateway.oauth.test_attacks import (  # noqa: F401 - the same tests, on this module's gateway
    test_a_code_that_is_shown_again_ends_what_came_of_it,
)
from tests.gateway.oauth.test_connecting import (  # noqa: F401 - the same
    test_a_refresh_token_shown_twice_ends_the_connection,
    test_of_many_that_refresh_at_once_at_most_one_succeeds,
    test_people_see_and_end_connections_and_what_hangs_on_them_ends_too,
)
from tests.gateway.oauth.test_upstream_clients import (  # noqa: F401 - the same
    test_another_client_ends_the_sign_in_and_a_removed_integration_forgets_its_own,
    test_only_people_give_clients_and_only_their_own_organisations,
)
from tests.gateway.oauth.test_upstream_sign_in import _signed_in
from tests.gateway.web.people import asked
from tests.gateway.world import CALL, HandClock, World, ask, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]


@pytest.fixture
async def world(tmp_path: Path, database: str) -> AsyncIterator[World]:
    async with running_gateway(tmp_path, database_url=database, knows_address=True) as running:
        yield running


@contextlib.asynccontextmanager
async def _pair(folder: Path, database: str) -> AsyncIterator[tuple[World, World]]:
    """Two gateways on one database, with one clock and one address."""
    clock = HandClock()
    async with running_gateway(folder, clock=clock, database_url=database, knows_address=True) as one:
        address = one.gateway.settings.base_url
        tenants = (one.first, one.second)
        async with running_gateway(
            folder, clock=clock, tenants=tenants, database_url=database, base_url=address
        ) as two:
            async with asyncio.timeout(60):
                while not (one.gateway.keys.keeps and two.gateway.keys.keeps):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            yield one, two


async def test_a_connection_that_is_ended_on_one_gateway_is_refused_by_the_other(tmp_path: Path, database: str) -> None:
    async with _pair(tmp_path, database) as (one, two), program(one) as client:
        await client.connect()
        headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "Accept": "application/json"}
        assert (await two.http.post("/mcp", json={}, headers=headers)).status_code != 401
        (connection,) = (await one.http.get("/api/connected-clients", headers=one.first.as_human)).json()
        path = f"/api/connected-clients/{connection['id']}"
        assert (await one.http.delete(path, headers=one.first.as_human)).status_code == 204
        async with asyncio.timeout(60):
            while (await two.http.post("/mcp", json={}, headers=headers)).status_code != 401:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_two_gateways_refresh_a_grant_once(tmp_path: Path, database: str) -> None:
    async with (
        authority() as other,
        _pair(tmp_path, database) as (one, two),
        one.agent() as first,
        two.agent() as second,
    ):
        await _signed_in(one, other, first)
        for agent in (first, second):
            assert not (await agent.call_tool(CALL, ask("act", "probe"))).is_error
        other.revoke_access()
        results = await asyncio.gather(
            *(agent.call_tool(CALL, ask("act", "probe", n=n)) for n in range(3) for agent in (first, second))
        )
        assert [result.is_error for result in results] == [False] * 6
        assert [form["grant_type"] for form in other.asked] == ["authorization_code", "refresh_token"]


async def test_two_gateways_tell_a_notice_once(tmp_path: Path, database: str) -> None:
    async with receiver() as told, _pair(tmp_path, database) as (one, two):
        await one.http.post("/api/webhooks", json={"url": told.url}, headers=one.first.as_human)
        for number in range(5):
            await asked(one, n=number)
            two.gateway.waits.stir(two.first.org_id)
        await told.until(5)
        assert len({headers["webhook-id"] for headers in told.headers}) == len(told.headers) == 5
