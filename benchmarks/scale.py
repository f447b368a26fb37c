"""The parts about size: many parked awaits, a full database, several workers, and the start."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.processes import floor, gateway, resident_bytes
from benchmarks.share import CannotHoldError, children, held
from benchmarks.table import AWAIT, call, paired, row, sign_in, waking
from benchmarks.wire import Wire, measure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from benchmarks.table import Measuring
    from benchmarks.wire import Measured

LOG_ROWS = 1_000_000
REQUEST_ROWS = 100_000
_WAVE = 200
_LONGEST_SECONDS = 240.0
_SPARE_DESCRIPTORS = 300
_LISTED = 50
_SHARE = 0.4
_LISTING_ROUNDS = 15


async def parked(count: int) -> None:
    """Memory for each parked wait, and what other calls feel of them: first over MCP, then over REST."""
    count = _affordable(count)
    async with gateway(poll_budget_seconds=300.0, approval_expiry_seconds=3600) as ready:
        key = {"X-API-Key": ready["api_key"]}
        async with Wire(ready["mcp_url"], key) as wire:
            asked = await wire.call(*call("refund", order="park"))
        request_id = asked["structuredContent"]["request_id"]
        others = partial(measure, ready["mcp_url"], key, lambda _: call("lookup", order="1"), connections=1, seconds=2)
        ours = await _hold(ready["mcp_url"], key, ready["pid"], count, (AWAIT, {"request_id": request_id}), others)
    async with floor("stream") as (url, pid):
        bare = await _hold(url, {}, pid, count, ("wait", {}), None)
    ratio = f"{ours / bare:.2f}×, {(ours - bare) / 1024:+.0f} KiB"
    row(f"{count:,} parked awaits, memory each", _kib(ours), _kib(bare), ratio, "≤ 1.2× or 15 KiB more")
    async with gateway(poll_budget_seconds=300.0, approval_expiry_seconds=3600) as ready:
        key = {"X-API-Key": ready["api_key"]}
        async with Wire(ready["mcp_url"], key) as wire:
            asked = await wire.call(*call("refund", order="park"))
        path = f"/api/tool-approvals/requests/{asked['structuredContent']['request_id']}/await"
        others = partial(measure, ready["mcp_url"], key, lambda _: call("lookup", order="1"), connections=1, seconds=2)
        rest = await _hold(ready["base_url"], key, ready["pid"], count, path, others)
    row(f"{count:,} parked REST awaits, memory each", _kib(rest), "", "", "")


async def _hold(
    url: str,
    headers: dict[str, str],
    pid: int,
    count: int,
    what: str | tuple[str, dict[str, Any]],
    others: Measuring | None,
) -> float:
    """Bytes for each of so many waits; `what` is a REST path or a tool call."""
    before = await others() if others is not None else None
    first, at_first = max(_WAVE, count // 5), 0
    waits: list[asyncio.Task[Any]] = []
    async with contextlib.AsyncExitStack() as stack, asyncio.timeout(_LONGEST_SECONDS):
        while len(waits) < count:
            for _ in range(min(_WAVE, count - len(waits))):
                wire = await stack.enter_async_context(Wire(url, headers))
                waiting = wire.post(b"{}", path=what) if isinstance(what, str) else wire.call(*what)
                waits.append(asyncio.create_task(waiting))
            # Connections are served in turn: when a new one is answered, those before it have been read.
            await _answered(url)
            if not at_first and len(waits) >= first:
                # What the first ones cost once, for all that come, is not the price of a wait.
                first, at_first = len(waits), resident_bytes(pid)
        await asyncio.sleep(1)
        if any(wait.done() for wait in waits):
            raise RuntimeError("a wait ended early")
        each = (resident_bytes(pid) - at_first) / (count - first)
        if before is not None and others is not None:
            during = await others()
            kind = "REST awaits" if isinstance(what, str) else "awaits"
            beside(f"other calls beside {count:,} parked {kind}", during, before)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    return each


def beside(name: str, during: Measured, before: Measured) -> None:
    """The row about what other calls feel."""
    got, base = f"p95 {during.p95 * 1000:.2f} ms", f"p95 {before.p95 * 1000:.2f} ms without"
    row(name, got, base, f"{during.p95 / before.p95:.2f}×", "≤ 1.2×")


async def _answered(url: str) -> None:
    async with Wire(url) as wire:
        await wire.get("/health")


def _affordable(count: int) -> int:
    """As many as this process may have connections; the servers it starts inherit the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < count + _SPARE_DESCRIPTORS:
        sys.stderr.write(f"the system gives {hard} descriptors: fewer waits are parked\n")
        return hard - _SPARE_DESCRIPTORS
    return count


def _kib(size: float) -> str:
    return f"{size / 1024:.0f} KiB"


async def full_database(seconds: float) -> None:
    """Calls and listings with a million log rows and a hundred thousand requests against an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        full = {"database_url": f"sqlite:///{folder}/full.sqlite", "data_home": folder}
        async with gateway(**full) as ready, Wire(ready["mcp_url"], {"X-API-Key": ready["api_key"]}) as wire:
            await wire.call(*call("refund", order="first"))
        await asyncio.to_thread(_fill, Path(folder) / "full.sqlite")
        async with gateway(approval_expiry_seconds=5, **full) as ours, gateway(approval_expiry_seconds=5) as empty:
            for kind, name in (("lookup", "allowed call"), ("refund", "gated call")):
                _flat(name, *await paired(_calling(empty, kind, seconds), _calling(ours, kind, seconds)))
        long: dict[str, Any] = {"approval_expiry_seconds": 3600}
        async with gateway(**long, **full) as ours, gateway(**long) as empty:
            # The same pages to list: what expires meanwhile, and how much of it there is, would be measured too.
            for ready in (ours, empty):
                async with Wire(ready["mcp_url"], {"X-API-Key": ready["api_key"]}) as wire:
                    for number in range(_LISTED):
                        await wire.call(*call("refund", order=f"listed {number}"))
            for path, name in (
                ("/api/tool-approvals/requests?status=pending", f"{_LISTED} pending requests listed"),
                ("/api/logs", f"{_LISTED} log entries listed"),
            ):
                listing = [
                    partial(_listing, one["base_url"], await sign_in(one), path, seconds) for one in (empty, ours)
                ]
                _flat(name, *await paired(*listing, rounds=_LISTING_ROUNDS))


def _flat(name: str, bare: Measured, got: Measured) -> None:
    row(
        f"{name}, 1,000,000 log rows and 100,000 requests",
        f"p50 {got.p50 * 1000:.2f} ms",
        f"p50 {bare.p50 * 1000:.2f} ms empty",
        f"{got.p50 / bare.p50:.2f}×",
        "≤ 1.1×",
    )


def _calling(ready: dict[str, Any], tool: str, seconds: float) -> Measuring:
    key = {"X-API-Key": ready["api_key"]}
    make = partial(_numbered, tool, iter(range(10**9)))
    return partial(measure, ready["mcp_url"], key, make, connections=1, seconds=seconds / 5)


def _numbered(tool: str, number: Iterator[int], _: int) -> tuple[str, dict[str, Any]]:
    return call(tool, order=str(next(number)))


async def _listing(url: str, human: dict[str, str], path: str, seconds: float) -> Measured:
    from benchmarks.wire import summary

    latencies: list[float] = []
    stop = time.perf_counter() + seconds / _LISTING_ROUNDS
    async with Wire(url, human) as wire:
        while (began := time.perf_counter()) < stop:
            status, _ = await wire.get(path)
            if status != 200:
                raise RuntimeError(f"{path}: HTTP {status}")
            latencies.append(time.perf_counter() - began)
    return summary(latencies, seconds)


def _fill(path: Path) -> None:
    """Copies of the one request and the one log entry that are there, as old ones."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for table, rows, differing in (
            (
                "approval_requests",
                REQUEST_ROWS,
                {"id": "printf('old-%d', i)", "digest": "printf('old-%d', i)", "status": "'consumed'"},
            ),
            ("log_entries", LOG_ROWS, {"id": "printf('old-%d', i)", "request_id": "NULL", "outcome": "'executed'"}),
        ):
            names = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})") if name != "seq"]
            values = ", ".join(differing.get(name, f"one.{name}") for name in names)
            database.execute(
                f"WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {rows}) "  # noqa: S608 - our own names
                f"INSERT INTO {table} ({', '.join(names)}) "
                f"SELECT {values} FROM numbers, (SELECT * FROM {table} ORDER BY seq LIMIT 1) AS one"
            )


async def workers(seconds: float) -> None:
    """Two workers on PostgreSQL against one, and how soon a waiter on one hears a decision on the other."""
    with postgresql() as server:
        async with (
            gateway(database_url=server("one"), workers=1) as one,
            gateway(database_url=server("two"), workers=2) as two,
        ):
            load: dict[str, Any] = {"connections": 16, "seconds": seconds / 5}
            measuring = [
                partial(
                    measure,
                    ready["mcp_url"],
                    {"X-API-Key": ready["api_key"]},
                    lambda _: call("lookup", order="1"),
                    **load,
                )
                for ready in (one, two)
            ]
            _twice(f"{os.cpu_count()} cores for all", *await paired(*measuring))
            # Where the client and PostgreSQL want the second worker's core: does anything but the cores keep two from
            # doing twice what one does?
            try:
                with held([one["pid"], *children(two["pid"])], _SHARE):
                    _twice(f"each held to {_SHARE:.0%} of a core", *await paired(*measuring))
            except CannotHoldError as error:
                row("two workers on PostgreSQL against one, each held to a share of a core", str(error), "", "", "")
            await waking(two, {"X-API-Key": two["api_key"]}, 60, where=", two workers", aim="≤ 25 ms")


def _twice(where: str, single: Measured, double: Measured) -> None:
    row(
        f"two workers on PostgreSQL against one, {where}",
        f"{double.rate:,.0f}/s",
        f"{single.rate:,.0f}/s with one",
        f"{double.rate / single.rate:.2f}×",
        "≥ 1.7×",
    )


@contextlib.contextmanager
def postgresql() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server with the databases `one` and `two`; what makes a URL of a database's name."""
    from sqlalchemy import create_engine, text

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pgserver

        # The server gives up root's rights: its folder must be reachable for others.
        folder = Path(tempfile.mkdtemp(prefix="agentport-benchmark-"))
        folder.chmod(0o755)
        server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        engine = create_engine(
            server.get_uri().replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for name in ("one", "two"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        yield lambda name: str(server.get_uri(database=name))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def starting() -> None:
    """From the command to the first answer; the gateway's database is there already."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        existing = {"demo": False, "database_url": f"sqlite:///{folder}/gateway.sqlite"}
        async with gateway(**existing):
            pass
        for _ in range(5):
            began = time.perf_counter()
            async with floor("json"):
                bare.append(time.perf_counter() - began)
            async with gateway(**existing) as ready:
                ours.append(ready["started"])
    got, base = statistics.median(ours), statistics.median(bare)
    row("start to first answer, existing database", f"{got:.2f} s", f"{base:.2f} s", f"{got / base:.2f}×", "≤ 1.5×")


@contextlib.asynccontextmanager
async def bounded(seconds: float, name: str) -> AsyncIterator[None]:
    """A part that may take so long: what takes longer is given up, and the rest goes on."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        row(name, "took too long", "", "", "")
    except (RuntimeError, OSError, ImportError, json.JSONDecodeError) as error:
        row(name, f"{type(error).__name__}: {error}"[:80], "", "", "")
