"""Which URLs the agent owed the human, and how it showed them: the common ground of the rules on sharing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agentport_harness.core.json_values import strings_in
from agentport_harness.core.links import Showing, links_in, showing, telling
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
            if opening.result_seq is None:
                continue
            turn = session.turn_at(opening.result_seq)
            if turn.number not in turns and request.url:
                turns.add(turn.number)
                yield Obligation(request=request, opening=opening, turn=turn, since=opening.result_seq)


def showings(session: Session, obligation: Obligation) -> Iterator[tuple[Shown, Showing]]:
    """Every text that shows the URL in any form, from when the session first knew it to the turn's end."""
    url = obligation.request.url
    first = obligation.request.openings[0].told
    others = _other_requests(session, url)
    for turn in range(session.turn_at(first).number, obligation.turn.number + 1):
        for text in session.shown_by_turn.get(turn, ()):
            if text.seq > first:
                seen = showing(text.text, url, known=links_brought(session), others=others)
                if seen is not None and (seen.how == "whole" or turn == obligation.turn.number):
                    yield text, seen


@lru_cache(maxsize=8)
def links_brought(session: Session) -> frozenset[str]:
    """Every link that stands in what the human wrote, what calls carried, and what they were answered with."""
    found: set[str] = set()
    for event in session.trace.events:
        if isinstance(event, (HumanMessage, ToolResult)):
            found.update(links_in(event.text))
        elif isinstance(event, ToolCall):
            for text in strings_in(event.arguments):
                found.update(links_in(text))
    return frozenset(found)


def _other_requests(session: Session, url: str) -> frozenset[str]:
    return frozenset(telling(request.url) for request in session.requests.values() if request.url != url) - {""}
