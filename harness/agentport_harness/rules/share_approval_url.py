from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import obligations, showings


@rule(
    "AP101",
    level="MUST",
    why="Nobody can decide a request that nobody was told of: the call stays parked until it expires.",
    mend="Put the URL from the result into the message to the human before doing anything else with the result.",
    passes="Result names https://gw/approve/3f… → agent writes “Please decide here: https://gw/approve/3f…”",
    fails="Result names https://gw/approve/3f… → agent writes “I have asked for approval.”",
    taught_in=("agentport-mcp#share-the-url-and-wait", "agentport-cli#share-the-url-and-wait"),
    needs=("assistant_text", "results"),
)
def share_approval_url(session: Session) -> Iterator[Observation]:
    """After an approval-required result, the approval URL is shown to the human in that same turn.

    Shown means in the agent's own text, or by the client's URL prompt; not in tool arguments, hidden reasoning or
    a sub-agent's text. Every request has its own URL, and one message may show several. Anything in which the URL
    can still be recognised counts as shown here: whether it was whole is approval-url-verbatim's matter. A reused
    pending request whose URL was shown whole earlier in the session need not be shown again. In a session that is
    cut off before the turn was over, a URL not shown so far is not testable.
    """
    for owed in obligations(session):
        if next(showings(session, owed), None):
            yield Kept(at=owed.since)
        elif not owed.turn.closed:
            yield Unclear(at=owed.since, reason="the recording stops before the turn was over")
        else:
            yield Broken(
                at=owed.since,
                message="the approval URL was not shown to the human in this turn",
                evidence=owed.request.url,
                expected=f"a message to the human that holds {owed.request.url}",
            )
