"""The pages on PostgreSQL, and on two gateways that share one database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.gateway.test_postgresql import pair
from tests.gateway.web.people import PASSWORD, asked, give_password, member, somebody
from tests.gateway.web.test_deciding import (  # noqa: F401 - the same tests, on this module's gateway
    hear,
    test_a_note_reaches_the_agent_the_page_and_the_log,
    test_an_expired_request_cannot_be_approved_any_more,
    test_of_two_decisions_at_once_exactly_one_counts,
    test_pending_requests_are_listed_and_history_keeps_the_rest,
    test_what_was_not_shown_is_not_approved,
)
from tests.gateway.web.test_pages import (  # noqa: F401 - the same
    test_a_rule_is_made_tried_switched_off_and_removed,
    test_the_log_is_filtered_and_tells_one_calls_whole_life,
)
from tests.gateway.web.test_signing_in import (  # noqa: F401 - the same
    test_other_browsers_are_listed_and_signed_out_one_by_one_or_all_at_once,
    test_signing_in_takes_a_second_step_and_nothing_opens_before_it,
)
from tests.gateway.world import World, running_gateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql, pytest.mark.slow]


@pytest.fixture
async def world(tmp_path: Path, database: str) -> AsyncIterator[World]:
    async with running_gateway(tmp_path, database_url=database) as running:
        yield running


async def test_guesses_from_one_address_are_counted_by_all_gateways_together(tmp_path: Path, database: str) -> None:
    shared = {"base_url": "http://127.0.0.1:4747"}
    async with asyncio.timeout(60), pair(tmp_path, database, **shared) as (one, two):
        email = await give_password(one)
        for world in (one, two):
            form = {"username": "nobody@example.org", "password": "wrong"}
            answers = await asyncio.gather(*(world.http.post("/api/auth/token", data=form) for _ in range(15)))
            assert {answer.status_code for answer in answers} == {401}
        right = {"username": email, "password": PASSWORD}
        for world in (one, two):
            assert (await world.http.post("/api/auth/token", data=right)).status_code == 429
        one.clock.move(minutes=6)
        for world in (one, two):
            assert (await world.http.post("/api/auth/token", data=right)).status_code == 200


async def test_a_page_on_one_gateway_hears_what_happens_on_the_other(tmp_path: Path, database: str) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    shared = {"base_url": "http://127.0.0.1:4747"}
    async with asyncio.timeout(30), pair(tmp_path, database, **shared) as (one, two), member(one) as person:
        listening = asyncio.create_task(hear(person, heard))
        assert [await heard.get(), await heard.get()] == ["200", "retry: 3000"]
        request_id = await asked(two)
        assert await heard.get() == "event: changed"
        await two.decide(request_id, "deny")
        assert await heard.get() == "event: changed"
        async with somebody(two) as elsewhere:
            # The same person, at the other gateway, signs every other browser out.
            await elsewhere.sign_in(await give_password(two), PASSWORD)
            seen = await elsewhere.open("/settings")
            rest = next(
                form
                for form in seen.forms
                if form.action == "/settings/sessions/end" and "session_id" not in form.fields
            )
            await elsewhere.submit(rest)
            while (line := await heard.get()) == "event: changed":
                pass
        assert line == "event: ended"
        await listening
