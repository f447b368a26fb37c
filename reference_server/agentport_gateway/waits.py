"""Parked waits: a caller rests on one future until news of its request comes; nothing is polled or held."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.time import Clock


@dataclass(slots=True, eq=False)
class Listener:
    """One caller's ear: news that arrived since the last time it listened is not lost."""

    _clock: Clock
    runs: bool = False
    """Whether the caller runs the call once it is approved, and does not merely look on."""
    _bell: asyncio.Future[None] | None = None
    _news: bool = False

    async def wait(self, seconds: float) -> bool:
        """Rest until news or for so long; whether there was news."""
        if not self._news and seconds > 0:
            self._bell = asyncio.get_running_loop().create_future()
            timer = self._clock.call_later(seconds, self._ring_bell)
            try:
                await self._bell
            finally:
                timer.cancel()
                self._bell = None
        heard, self._news = self._news, False
        return heard

    def tell(self) -> None:
        """There is news: look again."""
        self._news = True
        self._ring_bell()

    def _ring_bell(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)


@dataclass(slots=True)
class Waits:
    """Who waits for which request, in this process."""

    clock: Clock
    closing: bool = False
    """Set while the gateway stops: every parked wait returns at once, undecided."""
    _listeners: dict[str, set[Listener]] = field(default_factory=dict)
    _latest: dict[str, ApprovalRequest] = field(default_factory=dict)
    _watchers: dict[str, set[Listener]] = field(default_factory=dict)
    _everywhere: set[Listener] = field(default_factory=set)

    @contextmanager
    def listening(self, request_id: str, *, runs: bool = False) -> Iterator[Listener]:
        """An ear that is open before the caller reads, so that no news falls between."""
        listener = Listener(self.clock, runs)
        self._listeners.setdefault(request_id, set()).add(listener)
        try:
            yield listener
        finally:
            others = self._listeners[request_id]
            others.discard(listener)
            if not others:
                del self._listeners[request_id]
                self._latest.pop(request_id, None)

    def will_run(self, request_id: str) -> bool:
        """Whether somebody waits here to run this request's call as soon as it is approved."""
        return not self.closing and any(listener.runs for listener in self._listeners.get(request_id, ()))

    @contextmanager
    def watching(self, org_id: str) -> Iterator[Listener]:
        """An ear for whatever becomes of an organisation's requests."""
        listener = Listener(self.clock)
        self._watchers.setdefault(org_id, set()).add(listener)
        try:
            yield listener
        finally:
            others = self._watchers[org_id]
            others.discard(listener)
            if not others:
                del self._watchers[org_id]

    @contextmanager
    def watching_all(self) -> Iterator[Listener]:
        """An ear for whatever becomes of anybody's requests."""
        listener = Listener(self.clock)
        self._everywhere.add(listener)
        try:
            yield listener
        finally:
            self._everywhere.discard(listener)

    def stir(self, org_id: str) -> None:
        """Wake whoever watches this organisation."""
        for listener in (*self._watchers.get(org_id, ()), *self._everywhere):
            listener.tell()

    def stir_all(self) -> None:
        """Wake every watcher: whose request changed is not known."""
        for org_id in tuple(self._watchers):
            self.stir(org_id)

    def watchers(self, org_id: str) -> int:
        """How many watch this organisation."""
        return len(self._watchers.get(org_id, ()))

    def tell(self, request: ApprovalRequest) -> None:
        """Wake whoever waits for this request and let them see it as it now is; and the organisation's watchers."""
        self.stir(request.org_id)
        if (listeners := self._listeners.get(request.id)) is not None:
            self._latest[request.id] = request
            for listener in tuple(listeners):
                listener.tell()

    def wake(self, request_id: str) -> None:
        """Wake whoever waits for this request; they read it themselves."""
        self._latest.pop(request_id, None)
        for listener in tuple(self._listeners.get(request_id, ())):
            listener.tell()

    def wake_all(self) -> None:
        """Wake everybody: news may have been missed."""
        for request_id in tuple(self._listeners):
            self.wake(request_id)
        self.stir_all()

    def forget(self, request_id: str) -> None:
        """Let the next look at this request read it from the database."""
        self._latest.pop(request_id, None)

    def latest(self, request_id: str) -> ApprovalRequest | None:
        """The request as last told in this process, while somebody waits for it."""
        return self._latest.get(request_id)

    def release(self) -> None:
        """Let every parked wait return, and every later one too."""
        self.closing = True
        self.wake_all()

    def __len__(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())
