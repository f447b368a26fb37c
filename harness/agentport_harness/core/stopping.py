"""When the human stopped the wait for a request, and when a later message lifted that again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentport_harness.core.fates import words_about
from agentport_harness.core.human import asks_afresh, says_stop
from agentport_harness.core.remembering import remembered
from agentport_harness.core.session import Session
from agentport_harness.core.text import content_words

_MOST_COMPARED = 50
_TOO_SHORT = 3
_UNSPACED = 0x2E80
"""From here on Unicode has the scripts that write no spaces; a pair of characters is a word there."""
_MOST_HEARD = 20
"""Messages after a request that are read for a stop of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The human's stop at event ``seq``; from ``lifted`` on the thing was wanted again."""

    seq: int
    lifted: int = 2**62

    def holds(self, seq: int) -> bool:
        """Whether the stop was said before event ``seq`` and not yet lifted."""
        return self.seq < seq < self.lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A request while it is pending, and the words by which the human would name it."""

    request_id: str
    since: int
    until: int
    about: frozenset[str]


@remembered(8)
def stops(session: Session) -> Mapping[str, tuple[Stop, ...]]:
    """The stops that are about each request, by its id.

    A stop that names one of several pending requests, by a word of its call that the others do not share, is about
    that one; a stop that names none is about all.
    """
    waiting = _pending(session)
    found: dict[str, tuple[Stop, ...]] = {}
    for request in waiting:
        said = tuple(_stops_of(session, request, waiting if len(waiting) <= _MOST_COMPARED else (request,)))
        if said:
            found[request.request_id] = said
    return found


def stopped(session: Session, request_id: str, seq: int) -> Stop | None:
    """The stop that held for the request at event ``seq``, if there was one."""
    return next((stop for stop in stops(session).get(request_id, ()) if stop.holds(seq)), None)


def _pending(session: Session) -> tuple[_Open, ...]:
    past = len(session.trace.events)
    known = [
        _Open(
            request_id=request.request_id,
            since=min(request.openings[0].told, past),
            until=min(request.ended.told, past) if request.ended else past,
            about=words_about(session, request.openings[0]),
        )
        for request in session.requests.values()
    ]
    given = [
        _Open(request_id=request_id, since=waits[0].seq, until=past, about=frozenset())
        for request_id, waits in session.waits_by_id.items()
        if request_id not in session.requests
    ]
    return (*known, *given)


def _stops_of(session: Session, request: _Open, waiting: tuple[_Open, ...]) -> list[Stop]:
    found: list[Stop] = []
    for seq, message in session.humans(request.since, request.until)[:_MOST_HEARD]:
        holds = bool(found) and found[-1].holds(seq)
        if says_stop(message.text, request.about):
            if not holds and _is_meant(request, waiting, message.text, seq):
                found.append(Stop(seq=seq))
        elif holds and asks_afresh(message.text, request.about):
            found[-1] = Stop(seq=found[-1].seq, lifted=seq)
    return found


def _is_meant(request: _Open, waiting: tuple[_Open, ...], text: str, seq: int) -> bool:
    # "no more", "any longer": words so short name nothing in scripts that have spaces
    said = {word for word in content_words(text) if len(word) > _TOO_SHORT or ord(word[0]) >= _UNSPACED}
    named = {other.request_id: said & other.about for other in waiting if other.since < seq < other.until}
    if len(named) < 2:
        return True
    telling = {
        request_id: own - frozenset().union(*(rest for key, rest in named.items() if key != request_id))
        for request_id, own in named.items()
    }
    return bool(telling.get(request.request_id)) or not any(telling.values())
