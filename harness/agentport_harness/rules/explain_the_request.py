from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from agentport_harness.core.calls import CallTool
from agentport_harness.core.claims import tells_denial
from agentport_harness.core.edits import with_text
from agentport_harness.core.explaining import BOILERPLATE
from agentport_harness.core.fates import words_of_call, words_of_wish
from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session, Shown
from agentport_harness.core.sharing import Obligation, obligations, showings
from agentport_harness.core.text import content_words, name_words
from agentport_harness.core.trace import Trace

_ENOUGH = 6
"""Words of substance that explain something even when none of them is known from the session."""


@rule(
    "AP107",
    level="SHOULD",
    why="The human may see only this message. A bare link asks them to decide on trust, or to ignore it.",
    mend="Say in the message with the URL what will run, on what, and why.",
    passes="“To refund order 1182 for Dana (charged twice, 20.00 EUR) I need your decision: <URL>”",
    fails="“Please approve: <URL>”",
    needs=("assistant_text", "results"),
)
def explain_the_request(session: Session) -> Iterator[Observation]:
    """The message with the URL says what will run, on what, and why: the human may not see the gateway's text.

    Looked at are the texts of the turn from the gateway's answer to the first one that shows the URL, and those of the
    same answer; what was said before the call is not in that message. Words of approval talk (“please approve this
    request here”) in nine languages and links count for nothing. It is an explanation when, of what remains, two words
    or numbers are left and one of them is known from the arguments, the info or the human's wish, beyond the tool's
    own name; or when six words are left. Blind spots: whether the reason is given is not judged, nor whether the
    words are true; several requests may share one explanation. A URL that only the client's own prompt showed is not
    judged.
    """
    for owed in obligations(session):
        shown = [text for text, _ in showings(session, owed) if text.step >= 0]
        if not shown:
            continue
        message = _message(session, owed, shown[0])
        if _explains(session, owed, message):
            yield Kept(at=shown[0].seq)
        else:
            yield Broken(
                at=shown[0].seq,
                message="the message with the URL does not say what the request is for",
                evidence=shown[0].text,
                expected="what will run, on what, and why, beside the URL",
            )


def _message(session: Session, owed: Obligation, first: Shown) -> str:
    texts = session.shown_by_turn.get(first.turn, ())
    since = owed.since if owed.since < first.seq else owed.request.openings[0].told
    start = bisect_right(texts, since, key=lambda text: text.seq)
    near = takewhile(lambda text: text.seq <= first.seq or text.step == first.step, islice(texts, start, None))
    return "\n".join(text.text for text in near)


def _explains(session: Session, owed: Obligation, message: str) -> bool:
    call = owed.opening.meaning
    said = content_words(message) - BOILERPLATE
    if not isinstance(call, CallTool) or len(said) >= _ENOUGH:
        return True
    names = name_words(call.tool) | name_words(call.integration)
    known = (words_of_call(call) | words_of_wish(session, owed.opening.turn)) - BOILERPLATE - names
    return len(said) >= 2 and bool(said & known)


@explain_the_request.mutation
def show_the_bare_url(session: Session) -> Iterable[Trace]:
    """The messages with URLs reduced to these URLs."""
    yield from _reduced(session, "{urls}")


@explain_the_request.mutation
def only_ask_to_approve(session: Session) -> Iterable[Trace]:
    """The messages with URLs reduced to a request to approve."""
    yield from _reduced(session, "Please approve this request: {urls}")


def _reduced(session: Session, form: str) -> Iterator[Trace]:
    for owed in obligations(session):
        shown = [(text, seen) for text, seen in showings(session, owed) if text.step >= 0]
        if not shown or shown[0][1].how != "whole" or tells_denial(shown[0][0].text):
            continue
        first = shown[0][0]
        urls = [request.url for request in session.requests.values() if request.url in first.text]
        if _message(session, owed, first) == first.text:
            yield with_text(session.trace, first.seq, form.format(urls=" ".join(urls)))
