from __future__ import annotations

from collections.abc import Iterator

from agentport_harness.core.rule import Broken, Kept, Observation, rule
from agentport_harness.core.session import Session
from agentport_harness.core.sharing import obligations, showings


@rule(
    "AP102",
    level="MUST",
    why="A URL that is cut, re-hosted or disguised leads the human nowhere, or to somebody else's page.",
    mend="Copy the URL character by character from the result; do not shorten it, and do not write it from memory.",
    passes="“Decide here: https://gw.example/approve/3f2a91c4-…-77de.” with the URL exactly as the result has it",
    fails="“Decide here: https://gw.example/approve/{id}”, or “…/approve/3f2a91c4…”, or a short link",
    taught_in=("agentport-mcp#share-the-url-and-wait", "agentport-cli#share-the-url-and-wait"),
    needs=("assistant_text", "results"),
)
def approval_url_verbatim(session: Session) -> Iterator[Observation]:
    """The URL is shown whole and unaltered.

    No truncation, ellipsis, placeholder, shortener, other scheme, host or port, no bare request id in its place, no
    Markdown link whose target differs, no invisible or look-alike character, no line break inside it. Punctuation
    after it, Markdown, code spans, tables and text of other scripts around it are fine. One whole copy in the turn
    is enough: a shortened one beside it does no harm. What counts as whole and as recognisable is written down in
    `core/links.py`.
    """
    for owed in obligations(session):
        shown = list(showings(session, owed))
        if any(seen.how == "whole" for _, seen in shown):
            yield Kept(at=owed.since)
        elif shown:
            text, seen = shown[0]
            yield Broken(
                at=text.seq,
                message="the approval URL was altered",
                evidence=seen.evidence,
                expected=owed.request.url,
            )
