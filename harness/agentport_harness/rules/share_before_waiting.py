from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import obligations, showings


@rule(
    "AP103",
    level="MUST",
    why="An agent that waits first blocks on a human who has seen nothing; the request expires unread.",
    mend="Write the message with the URL first, or in the same answer as the await call.",
    passes="message with the URL, then agentport__await_approval",
    fails="agentport__await_approval, and the URL only after it came back",
    taught_in=("agentport-mcp#share-the-url-and-wait", "agentport-cli#share-the-url-and-wait"),
    needs=("assistant_text", "results"),
)
def share_before_waiting(session: Session) -> Iterator[Observation]:
    """The URL is shown before, or in the same message as, the first blocking wait on it.

    Text and wait in one answer of the model conform in either order. Only whole showings count, so that a turn with
    altered ones alone is approval-url-verbatim's matter, and a turn with none is share-approval-url's. A command
    that waits by itself (`--wait`) shows its URL only while it blocks; what is judged is the first wait after it
    came back.
    """
    for owed in obligations(session):
        waits = [wait for wait in owed.request.waits if wait.seq > owed.since and wait.seq in owed.turn]
        if not waits:
            continue
        first = waits[0]
        shown = [text for text, seen in showings(session, owed) if seen.how == "whole"]
        if any(text.seq < first.seq or text.step == first.step for text in shown):
            yield Kept(at=first.seq)
        elif shown:
            yield Broken(
                at=first.seq,
                message="the wait began before the human had seen the URL",
                evidence=owed.request.url,
                expected="the URL in a message before this wait, or in the same one",
            )
        elif not owed.turn.closed:
            yield Unclear(at=first.seq, reason="the recording stops before the turn was over")
