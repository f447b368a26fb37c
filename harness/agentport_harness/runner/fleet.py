"""Recordings judged on a Dask cluster, their reports in the order of the recordings.

Each task is a few recordings and a pure call, so the scheduler runs it again when it loses the worker that had it, and
every task has one result however often it ran: nothing is lost, and nothing is counted twice. A recording on which
workers die time and again is reported as a fault.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any

from agentport_harness.core.errors import InputError, UnreachableError
from agentport_harness.core.importer import Problem as Unread
from agentport_harness.core.report import Problem, SessionReport
from agentport_harness.runner.check import Settings, check_recording, unreadable
from agentport_harness.sources import Source

TOGETHER = 8
"""Recordings of one task."""
_AHEAD = 4
"""Tasks under way or held for each worker."""

Found = Source | Unread
Started = Callable[[], Sequence[SessionReport]]
"""Work that was handed out: calling it waits for its reports."""


@contextmanager
def judged(
    sources: Iterable[Found], settings: Settings, jobs: int, address: str = ""
) -> Iterator[Iterator[SessionReport]]:
    """The reports of every source, in order, from the cluster at ``address``, or one of ``jobs`` local processes.

    Raises `InputError` where Dask is not installed, and `UnreachableError` where the cluster does not answer.
    """
    with _client(jobs, address) as client:
        workers = max(1, sum(client.nthreads().values()))
        yield _in_order(client, iter(sources), settings, workers * _AHEAD)


def judged_together(sources: Sequence[Found], settings: Settings) -> list[SessionReport]:
    """The reports of a few sources, one after the other: what a worker runs."""
    found: list[SessionReport] = []
    for source in sources:
        found += [unreadable(source, settings)] if isinstance(source, Unread) else check_recording(source, settings)
    return found


def _in_order(client: Any, sources: Iterator[Found], settings: Settings, most: int) -> Iterator[SessionReport]:
    waiting: deque[Started] = deque()
    while True:
        while len(waiting) < most and (batch := list(islice(sources, TOGETHER))):
            waiting.append(_started(client, batch, settings))
        if not waiting:
            return
        yield from waiting.popleft()()


def _started(client: Any, batch: list[Found], settings: Settings) -> Started:
    if any(isinstance(source, Source) and source.path is None and not source.url for source in batch):
        return lambda: judged_together(batch, settings)  # standard input is here and nowhere else
    future = client.submit(judged_together, batch, settings, pure=False)

    def result() -> Sequence[SessionReport]:
        killed: type[Exception] = import_module("distributed").KilledWorker
        try:
            reports: Sequence[SessionReport] = future.result()
        except killed:
            if len(batch) == 1:
                return [_died(batch[0])]
            return [report for source in batch for report in _started(client, [source], settings)()]
        return reports

    return result


def _died(source: Found) -> SessionReport:
    name = source.name if isinstance(source, Source) else source.path
    said = Problem(
        message="every worker that judged it died", at=name, exit_code=4,
        hint="judge it alone with --jobs 1; was memory short?",
    )  # fmt: skip
    return SessionReport(source=name, input_format="", problem=said)


@contextmanager
def _client(jobs: int, address: str) -> Iterator[Any]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InputError(
            "no-dask", "Dask is not installed", hint="pip install 'agentport-conformance[fleet]'"
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a lost worker is told of by no report, as intended
    if address:
        try:
            client = distributed.Client(address, timeout=10, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise UnreachableError("no-cluster", f"the cluster does not answer: {error}", at=address) from None
        with client:
            yield client
        return
    with (
        distributed.LocalCluster(
            n_workers=jobs, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client
