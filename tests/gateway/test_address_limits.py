"""How often an address may guess or ask: counted once for all workers, by windows that end by themselves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from agentport_gateway.auth.limits import counted_as
from agentport_gateway.store import address_counts
from agentport_gateway.store.schema import address_counts as table

from .web import test_signing_in
from .web.people import cheap_hash, give_password
from .world import World, running_gateway

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Connection

pytestmark = pytest.mark.anyio

WINDOW = timedelta(minutes=5)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 500, "x" * 64),
    ],
)
def test_one_guesser_is_counted_once_whatever_address_of_theirs_is_used(address: str, counted: str) -> None:
    assert counted_as(address) == counted


async def test_a_window_opens_with_the_first_and_ends_by_itself(world: World) -> None:
    def work(connection: Connection) -> list[int]:
        def add(minutes: float, what: str = "guess") -> int:
            moment = NOW + timedelta(minutes=minutes)
            return address_counts.add(connection, what, "192.0.2.7", now=moment, window=WINDOW)

        return [add(0), add(4.9), add(4.9, "register"), add(5), add(9), add(10)]

    assert await world.gateway.database.write(work) == [1, 2, 1, 1, 2, 1]

    def left(connection: Connection) -> list[int]:
        found = []
        for minutes in (9, 12, 15):
            address_counts.forget_ended(connection, NOW + timedelta(minutes=minutes))
            found.append(connection.execute(select(func.count()).select_from(table)).scalar_one())
        return found

    assert await world.gateway.database.write(left) == [2, 1, 0]


async def test_guesses_that_are_sent_all_at_once_are_counted_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_signing_in.signing_in, "_nobodys_hash", cheap_hash)
    guesses = [{"username": f"nobody{number}@example.org", "password": "wrong"} for number in range(60)]
    answers = await asyncio.gather(*(world.http.post("/api/auth/token", data=guess) for guess in guesses))
    statuses = [answer.status_code for answer in answers]
    # Two are hashed at a time, and each of them looked at the count before the other's was in it.
    assert 30 <= statuses.count(401) <= 32
    assert statuses.count(429) == 60 - statuses.count(401)
    right = {"username": await give_password(world), "password": test_signing_in.PASSWORD}
    assert (await world.http.post("/api/auth/token", data=right)).status_code == 429


async def test_a_restart_does_not_let_a_guesser_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_signing_in.signing_in, "_nobodys_hash", cheap_hash)
    async with running_gateway(tmp_path) as world:
        for number in range(30):
            guess = {"username": f"nobody{number}@example.org", "password": "wrong"}
            await world.http.post("/api/auth/token", data=guess)
        clock, tenants = world.clock, (world.first, world.second)
    async with running_gateway(tmp_path, clock=clock, tenants=tenants) as again:
        right = {"username": await give_password(again), "password": test_signing_in.PASSWORD}
        assert (await again.http.post("/api/auth/token", data=right)).status_code == 429
