"""Which URLs the agent owed the human, and how it showed them: the common ground of the rules on sharing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentport_harness.core.json_values import strings_in
from agentport_harness.core.links import Showing, Watch, links_in, may_hold_link
from agentport_harness.core.remembering import remembered
from agentport_harness.core.session import Action, ApprovalRequest, Session, Shown, Turn
from agentport_harness.core.trace import HumanMessage, ToolCall, ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A result named an approval URL in ``turn``, so it had to be shown and waited on in that turn.

    ``since`` is the event of the result. A request that is named again in the same turn owes nothing new.
    """

    request: ApprovalRequest
    opening: Action
    turn: Turn
    since: int


def obligations(session: Session) -> Iterator[Obligation]:
    """What the session's approval-required results oblige the agent to, one for each request and turn."""
    for request in session.requests.values():
        turns: set[int] = set()
        for opening in request.openings:
            turn = session.turn_at(opening.told)
            if turn.number not in turns and request.url:
                turns.add(turn.number)
                yield Obligation(request=request, opening=opening, turn=turn, since=opening.told)


def showings(session: Session, obligation: Obligation) -> Iterator[tuple[Shown, Showing]]:
    """The texts that show the URL in any form, in order: of the turns before the first whole one, of this turn all.

    Of the turn's alterations that could stand for any URL, the first is enough.
    """
    shelf = _shelf(session)
    url, turn = obligation.request.url, obligation.turn
    first = obligation.request.openings[0].told
    whole = shelf.whole.get(url, ())
    start, since = bisect_right(whole, first, key=_seq), max(first, turn.start - 1)
    if start < len(whole) and whole[start].seq < turn.start:
        yield whole[start], Showing(how="whole", evidence=url)
    found = [(text, Showing(how="whole", evidence=url)) for text in _within(whole, since, turn.stop)]
    for texts in (shelf.altered.get(url, ()), shelf.unnamed):
        seen = {text.seq for text, _ in found}
        near = _within(texts, since, turn.stop, most=1 if texts is shelf.unnamed else None)
        found += [
            (text, Showing(how="altered", evidence=shelf.evidence[text.seq, url if texts is not shelf.unnamed else ""]))
            for text in near
            if text.seq not in seen
        ]
    yield from sorted(found, key=lambda pair: pair[0].seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """Every text that shows a URL, by URL and in order, and the quotations, by event and URL (empty: any URL)."""

    whole: Mapping[str, Sequence[Shown]]
    altered: Mapping[str, Sequence[Shown]]
    unnamed: Sequence[Shown]
    evidence: Mapping[tuple[int, str], str]


@remembered(8)
def _shelf(session: Session) -> _Shelf:
    watch, brought = Watch(request.url for request in session.requests.values()), LinksBrought(session)
    whole: dict[str, list[Shown]] = defaultdict(list)
    altered: dict[str, list[Shown]] = defaultdict(list)
    unnamed: list[Shown] = []
    evidence: dict[tuple[int, str], str] = {}
    for text in session.shown if watch.urls else ():
        reading = watch.read(text.text, brought)
        for url in reading.whole:
            whole[url].append(text)
        for url, passage in reading.altered.items():
            altered[url].append(text)
            evidence[text.seq, url] = passage
        if reading.unnamed:
            unnamed.append(text)
            evidence[text.seq, ""] = reading.unnamed
    return _Shelf(whole=whole, altered=altered, unnamed=unnamed, evidence=evidence)


def _within(texts: Sequence[Shown], after: int, before: int, *, most: int | None = None) -> Sequence[Shown]:
    start = bisect_right(texts, after, key=_seq)
    stop = bisect_left(texts, before, key=_seq)
    return texts[start : stop if most is None else min(stop, start + most)]


def _seq(text: Shown) -> int:
    return text.seq


class LinksBrought:
    """The links that stand in what the human wrote, what calls carried, and what they were answered with.

    They are gathered when a link is first asked about: in most sessions none is.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __contains__(self, link: object) -> bool:
        return link in _links_brought(self._session)


@remembered(8)
def _links_brought(session: Session) -> frozenset[str]:
    found: set[str] = set()
    for event in session.trace.events:
        if isinstance(event, (HumanMessage, ToolResult)):
            if may_hold_link(event.text):
                found.update(links_in(event.text))
        elif isinstance(event, ToolCall):
            for text in strings_in(event.arguments):
                if may_hold_link(text):
                    found.update(links_in(text))
    return frozenset(found)
