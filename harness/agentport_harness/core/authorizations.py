"""Authorization URLs of OAuth flows: which the agent was given, and how it showed them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.core.calls import Install
from agentport_harness.core.links import Showing, showing
from agentport_harness.core.session import Action, Session, Shown, Turn
from agentport_harness.core.sharing import LinksBrought


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A result named an authorization URL for ``integration`` in ``turn``; ``since`` is the event of the result.

    Of several for one integration in one turn the last counts: each new flow makes the one before worthless.
    """

    integration: str
    url: str
    opening: Action
    turn: Turn
    since: int


def authorizations(session: Session) -> tuple[Authorization, ...]:
    """Every authorization URL that the agent owed the human, in order."""
    last: dict[tuple[str, int], Authorization] = {}
    for action in session.actions:
        if isinstance(action.meaning, Install) and action.outcome.authorization_url and action.result_seq is not None:
            turn = session.turn_at(action.result_seq)
            last[action.meaning.integration, turn.number] = Authorization(
                integration=action.meaning.integration,
                url=action.outcome.authorization_url,
                opening=action,
                turn=turn,
                since=action.result_seq,
            )
    return tuple(last.values())


def authorization_showings(session: Session, owed: Authorization) -> Iterator[tuple[Shown, Showing]]:
    """Every text of the turn, from the result on, that shows the URL in any form."""
    for text in session.shown_by_turn.get(owed.turn.number, ()):
        if text.seq > owed.since:
            seen = showing(text.text, owed.url, known=LinksBrought(session))
            if seen is not None:
                yield text, seen
