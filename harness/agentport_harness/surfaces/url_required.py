"""Approval asked for by the protocol itself: the URL-elicitation error of the handshake revisions, as an outcome."""

from __future__ import annotations

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.outcomes import Outcome
from agentport_harness.surfaces.answers import APPROVAL_URL

URL_ELICITATION_REQUIRED = -32042


def read_url_required(error: JSON) -> Outcome | None:
    """The outcome of a JSON-RPC error that asks the human to open a URL, None of any other."""
    told = as_object(error)
    if told.get("code") != URL_ELICITATION_REQUIRED:
        return None
    listed = as_object(told.get("data")).get("elicitations")
    for one in listed if isinstance(listed, list) else ():
        asked = as_object(one)
        url = as_text(asked.get("url"))
        if url:
            link = APPROVAL_URL.search(url)
            named = link.group(1) if link else as_text(asked.get("elicitationId"))
            return Outcome(kind="approval_required", request_id=named, approval_url=url)
    return None
