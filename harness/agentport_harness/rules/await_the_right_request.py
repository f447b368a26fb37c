from __future__ import annotations

import re
from collections.abc import Iterator

from agentport_harness.core.outcomes import ENDED
from agentport_harness.core.rule import Broken, Kept, Observation, Unclear, rule
from agentport_harness.core.session import Action, Session, waited_on
from agentport_harness.core.trace import HumanMessage, ToolResult

_TOKEN = re.compile(r"[0-9A-Za-z_-]{4,}")


@rule(
    "AP105",
    level="MUST",
    why="A wait on a made-up id never ends well, and the real request stays unanswered.",
    mend="Pass the request id that the gateway returned, unchanged; never the URL, and never again once it is settled.",
    passes="result names id 3f2a… → agentport__await_approval(request_id=“3f2a…”)",
    fails="agentport__await_approval(request_id=“latest”), or the whole URL as the id",
    taught_in=("agentport-mcp#share-the-url-and-wait", "agentport-cli#share-the-url-and-wait"),
    needs=("arguments", "results"),
)
def await_the_right_request(session: Session) -> Iterator[Observation]:
    """Awaits name a request id that the gateway returned in this session, or that the human gave, and whose final
    outcome the agent has not yet been told.

    The id must have stood in a result or in a human message before the wait began. A URL in place of an id is a
    fault where the surface takes an id; `ap tools await-approval --approval-url` takes a URL. Final outcomes are the
    upstream's result, a denial, and the like; awaiting again after expiry is restart-on-expiry's matter alone, and
    awaiting after a time-out, a broken connection or `approved` is no fault. In a recording that starts in the
    middle of a conversation an unknown id is not testable.
    """
    known_at = _first_named(session)
    ended: dict[str, Action] = {}
    for action in sorted(session.actions, key=lambda action: action.told):
        request_id = waited_on(action) or action.outcome.request_id
        if request_id and action.outcome.kind in ENDED and request_id not in ended:
            ended[request_id] = action
    for action, wait in session.awaits():
        request_id = waited_on(action)
        settled = ended.get(request_id)
        if not wait.by_url and "/" in wait.request_id:
            yield _broken(action, f"a URL was passed in place of the request id: {wait.request_id}")
        elif known_at.get(request_id, len(session.trace.events)) >= action.seq:
            if "history" in session.trace.lacks:
                yield Unclear(at=action.seq, reason="the recording starts in the middle of a longer conversation")
            else:
                yield _broken(action, "nobody had named this request id before the wait")
        elif settled is not None and settled.told < action.seq and settled.outcome.kind != "expired":
            yield _broken(action, "the final outcome of this request was already known")
        else:
            yield Kept(at=action.seq)


def _broken(action: Action, message: str) -> Broken:
    return Broken(
        at=action.seq,
        message=message,
        evidence=waited_on(action),
        expected="the id of a request that is still open, as the gateway returned it",
    )


def _first_named(session: Session) -> dict[str, int]:
    """The first event at which the gateway or the human wrote each word that could be an id."""
    first: dict[str, int] = {}
    for action in session.actions:
        if action.outcome.request_id and action.result_seq is not None and not waited_on(action):
            first.setdefault(action.outcome.request_id, action.result_seq)
    for seq, event in enumerate(session.trace.events):
        if isinstance(event, (HumanMessage, ToolResult)):
            for token in _TOKEN.findall(event.text):
                first[token] = min(seq, first.get(token, seq))
    return first
