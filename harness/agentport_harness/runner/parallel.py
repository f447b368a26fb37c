"""Recordings judged by several processes, their reports in the order of the recordings.

Each process has a pipe: recordings go in and reports come out, some at a time, so that this process has next to nothing
to do and the others never wait for it. A process waits when its pipe is full, so
memory does not grow with the number of sessions. When a process dies, what it had not delivered is done again by
another; a recording that kills two processes is reported as a fault and passed over.
"""

from __future__ import annotations

import signal
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from agentport_harness.core.importer import Problem as Unread
from agentport_harness.core.report import Problem, SessionReport
from agentport_harness.runner.check import Settings, look_for_garbage_seldom, reports, unreadable
from agentport_harness.sources import Source

_AHEAD_BYTES, _AHEAD_COUNT = 16 * 2**20, 64
"""Recordings that a process is given at most, in bytes and in number, beyond the one it is at and the next."""
_WAITING = 1_000
"""Recordings that are given out while an earlier one is not done."""
_BATCH, _SECONDS = 64, 0.1
_HELD = 2_000
"""Reports of later recordings that are held while an earlier one is not done."""
_TRIES = 2
_AT_LEAST = 2
"""Recordings that a process is given whatever their size: it never waits for its next one."""
_LARGE = 2**20

Done = tuple[list[SessionReport], bool]
"""Reports of the recording that is being judged, and whether these are the last of it."""


@dataclass(slots=True, kw_only=True)
class _Task:
    """One recording on its way: what has come back of it, and how much of that was passed on."""

    source: Source | None
    size: int = 0
    ready: deque[SessionReport] = field(default_factory=deque)
    received: int = 0
    finished: bool = False
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    tasks: deque[_Task] = field(default_factory=deque)
    fresh: list[_Task] = field(default_factory=list)
    load: int = 0

    def add(self, task: _Task) -> None:
        """Plan the task for this process; `send` gives it what is planned."""
        task.tries += 1
        self.tasks.append(task)
        self.fresh.append(task)
        self.load += task.size

    def send(self) -> None:
        if self.fresh:
            with suppress(OSError):  # when it is dead, reading from it will tell
                self.pipe.send([(task.source, task.received) for task in self.fresh])
            self.fresh.clear()

    def done(self) -> None:
        self.load -= self.tasks.popleft().size

    def has_room(self, share: float = 1.0) -> bool:
        """Whether it has less to do than it may have, or than that share of it."""
        few = len(self.tasks) < share * _AHEAD_COUNT and self.load < share * _AHEAD_BYTES
        return few or len(self.tasks) < _AT_LEAST


@contextmanager
def judged(sources: Iterable[Source | Unread], settings: Settings, jobs: int) -> Iterator[Iterator[SessionReport]]:
    """The reports of every source, in order. The processes end with the context, however that is left."""
    pool = _Pool(settings, jobs)
    try:
        yield pool.run(iter(sources))
    finally:
        pool.close()


class _Pool:
    """The processes, the recordings on their way, and who has which."""

    def __init__(self, settings: Settings, jobs: int) -> None:
        self.settings = settings
        self.context = get_context("spawn")  # a fork would copy locks and threads of whoever called
        self.workers = [self._started() for _ in range(jobs)]
        self.waiting: deque[_Task] = deque()

    def run(self, sources: Iterator[Source | Unread]) -> Iterator[SessionReport]:
        """The reports in order."""
        while self._fill(sources) or self.waiting:
            head = self.waiting[0]
            while head.ready:
                yield head.ready.popleft()
            if head.finished:
                self.waiting.popleft()
            else:
                self._receive(head)

    def close(self) -> None:
        """End every process: those that are idle see their pipe close, the others are stopped."""
        for worker in self.workers:
            worker.pipe.close()
            if worker.tasks:
                worker.process.terminate()
        for worker in self.workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _started(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=_work, args=(theirs, self.settings), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours)

    def _fill(self, sources: Iterator[Source | Unread]) -> bool:
        """Give out recordings while there is room. Returns whether any came."""
        if not any(worker.has_room(0.5) for worker in self.workers):
            return False
        before = len(self.waiting)
        while (worker := self._free()) is not None and (found := next(sources, None)) is not None:
            if isinstance(found, Unread):
                done = _Task(source=None, finished=True)
                done.ready.append(unreadable(found, self.settings))
                self.waiting.append(done)
            elif found.path is None and not found.url:  # standard input cannot be handed on
                self.waiting.append(_Task(source=None, ready=deque(reports(found, self.settings)), finished=True))
            else:
                task = _Task(source=found, size=_size(found))
                self.waiting.append(task)
                worker.add(task)
        for worker in self.workers:
            worker.send()
        return len(self.waiting) > before

    def _free(self) -> _Worker | None:
        """The process that has least to do, None when that is enough."""
        least = min(self.workers, key=lambda worker: (worker.load, len(worker.tasks)))
        return least if least.has_room() and len(self.waiting) < _WAITING else None

    def _receive(self, head: _Task) -> None:
        """Wait for reports: of everybody's recordings, or of the first one's only when enough others are held."""
        held = sum(len(task.ready) for task in islice(self.waiting, 1, None))
        busy = [worker for worker in self.workers if worker.tasks and (held < _HELD or head in worker.tasks)]
        by_pipe = {worker.pipe: worker for worker in busy}
        for pipe in wait(list(by_pipe)):
            worker = by_pipe[pipe]  # type: ignore[index]  # only these were waited for
            try:
                batch: list[Done] = worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            for found, last in batch:
                task = worker.tasks[0]
                task.ready.extend(found)
                task.received += len(found)
                if last:
                    task.finished = True
                    worker.done()

    def _bury(self, worker: _Worker) -> None:
        """A process died: another one does what is left, from where the first one had come to."""
        worker.pipe.close()
        worker.process.join()
        fresh = self._started()
        self.workers[self.workers.index(worker)] = fresh
        culprit = worker.tasks[0]
        for task in worker.tasks:
            if task is culprit and task.tries >= _TRIES:
                task.ready.append(_died(task, worker.process.exitcode))
                task.finished = True
            else:
                task.tries -= task is not culprit
                fresh.add(task)
        fresh.send()


def _died(task: _Task, code: int | None) -> SessionReport:
    name = task.source.name if task.source else ""
    said = Problem(
        message=f"the process that judged it died twice (exit code {code})",
        at=name,
        hint="judge it alone with --jobs 1; was memory short?",
        exit_code=4,
    )
    return SessionReport(source=name, input_format="", problem=said)


def _work(pipe: Connection, settings: Settings) -> None:
    """What each process does until its pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer; it stops this process
    look_for_garbage_seldom()
    outbox = _Outbox(pipe)
    try:
        while True:
            if not pipe.poll():
                outbox.flush()
            for source, already in pipe.recv():
                if _size(source) > _LARGE:
                    outbox.flush()
                for report in islice(reports(source, settings), already, None):
                    outbox.put(report)
                outbox.end()
    except (EOFError, OSError):
        return  # the parent closed the pipe


def _size(source: Source) -> int:
    """The size of an ordinary file; of anything else a large one, because it may take long."""
    try:
        about = source.path.stat() if source.path else None
    except OSError:
        return 0
    return about.st_size if about is not None and stat.S_ISREG(about.st_mode) else 2 * _LARGE


class _Outbox:
    """Reports on their way to the parent: in batches, because parts that reports share are then sent once."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.batch: list[Done] = []
        self.count, self.since = 0, time.monotonic()

    def put(self, report: SessionReport) -> None:
        if not self.batch or self.batch[-1][1]:
            self.batch.append(([], False))
        self.batch[-1][0].append(report)
        self.count += 1
        if self.count >= _BATCH or time.monotonic() - self.since > _SECONDS:
            self.flush()

    def end(self) -> None:
        found = self.batch.pop()[0] if self.batch and not self.batch[-1][1] else []
        self.batch.append((found, True))
        if self.count >= _BATCH or time.monotonic() - self.since > _SECONDS:
            self.flush()

    def flush(self) -> None:
        if self.batch:
            self.pipe.send(self.batch)
        self.batch, self.count, self.since = [], 0, time.monotonic()
