"""The open streams over which clients hear what they did not ask for at that moment, and whose they are."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Message = dict[str, Any]
"""A notification: its `method`, and its `params` where it has any."""

TOOLS_CHANGED: Final[Message] = {"method": "notifications/tools/list_changed"}


@dataclass(slots=True, eq=False, kw_only=True)
class Stream:
    """One client's stream: what is said to it is kept until it is taken, equal messages once."""

    key_id: str
    hears_tools: bool = True
    session: str | None = None
    """The session it belongs to, where several workers share it."""
    ended: bool = False
    looks_again: bool = True
    """Whether what its session asked for has to be read: at first, and whenever that changed."""
    _said: list[Message] = field(default_factory=list)
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, message: Message) -> None:
        """Let the client hear this next."""
        if message not in self._said:
            self._said.append(message)
        self._bell.set()

    def look_again(self) -> None:
        """What its session asked for has changed."""
        self.looks_again = True
        self._bell.set()

    def end(self) -> None:
        """Nothing more will be heard."""
        self.ended = True
        self._bell.set()

    async def rung(self) -> None:
        """Rest until something was said or changed, or the stream ended."""
        await self._bell.wait()

    def take(self) -> list[Message]:
        """What was said since the last time."""
        said, self._said = self._said, []
        self._bell.clear()
        return said


class Streams:
    """Every open stream of this process."""

    def __init__(self) -> None:
        self._by_org: dict[str, set[Stream]] = {}

    @contextlib.contextmanager
    def open(self, org_id: str, stream: Stream) -> Iterator[Stream]:
        """The stream, while its client listens."""
        streams = self._by_org.setdefault(org_id, set())
        streams.add(stream)
        try:
            yield stream
        finally:
            streams.discard(stream)
            if not streams:
                self._by_org.pop(org_id, None)

    def count_of(self, key_id: str) -> int:
        """How many streams a credential has open."""
        return sum(stream.key_id == key_id for stream in self._all())

    def tools_changed(self, org_id: str | None) -> None:
        """Tell the organisation's streams, as far as they hear of it; None is any organisation's."""
        for stream in self._all() if org_id is None else self._by_org.get(org_id, ()):
            if stream.hears_tools:
                stream.say(TOOLS_CHANGED)

    def asked(self, session: str | None) -> None:
        """Let a session's streams look at what it asked for; None is any session's."""
        for stream in self._all():
            if stream.session is not None and session in (None, stream.session):
                stream.look_again()

    def end_of(self, key_id: str) -> None:
        """End the streams of a credential that was revoked."""
        for stream in self._all():
            if stream.key_id == key_id:
                stream.end()

    def close(self) -> None:
        """End every stream in an orderly way."""
        for stream in self._all():
            stream.end()

    def _all(self) -> list[Stream]:
        return [stream for streams in self._by_org.values() for stream in streams]
