"""Time in a `WaitingLoop`: a wait is over at once, and work takes next to nothing of it."""

from __future__ import annotations

import asyncio
import threading

import anyio
import pytest

from tests.faults.time import LoopClock, WaitingLoop, counted

pytestmark = pytest.mark.anyio


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_minute_of_waiting_is_over_soon_and_is_a_minute_to_everybody() -> None:
    clock = LoopClock()
    began, date = now(), clock.now()

    await asyncio.sleep(60)

    assert now() - began == pytest.approx(60, abs=0.01)
    assert (clock.now() - date).total_seconds() == pytest.approx(60, abs=0.01)


async def test_whoever_waits_shorter_is_woken_first() -> None:
    woken: list[float] = []

    async def rest(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)

    await asyncio.gather(*(rest(seconds) for seconds in (20, 0.5, 3)))

    assert woken == [0.5, 3, 20]


async def test_time_stands_while_a_thread_works_however_long_that_takes() -> None:
    done = threading.Event()
    threading.Timer(0.02, done.set).start()
    rung = asyncio.get_running_loop().call_later(0.01, lambda: None)  # a reason for time to pass
    finished = await asyncio.to_thread(done.wait, 10)

    assert finished
    assert now() < rung.when()


async def test_time_stands_for_work_that_is_counted() -> None:
    news = asyncio.Event()

    async def hear() -> None:
        await news.wait()

    loop = asyncio.get_running_loop()
    threading.Timer(0.02, lambda: loop.call_soon_threadsafe(news.set)).start()
    with anyio.fail_after(0.01):
        await counted(hear)()


async def test_a_gateway_that_is_frozen_keeps_everybody_waiting() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WaitingLoop)

    with anyio.move_on_after(3) as limit:
        loop.freeze(4)
        await asyncio.sleep(0.1)

    assert limit.cancelled_caught
    assert now() >= 4


async def test_whoever_asks_again_and_again_meets_a_limit() -> None:
    with anyio.move_on_after(0.1) as limit:
        while True:  # noqa: ASYNC110 this is what is tried
            await asyncio.sleep(0)

    assert limit.cancelled_caught
