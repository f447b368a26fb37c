"""Approval asked for by the protocol itself: a page to open, as an error or as a required input, or a task to poll."""

from __future__ import annotations

import re

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.outcomes import Outcome
from agentport_harness.surfaces.answers import APPROVAL_URL

URL_ELICITATION_REQUIRED = -32042
_URL = re.compile(r"https?://[^\s<>\"'`)\]}]+")


def read_url_required(error: JSON) -> Outcome | None:
    """The outcome of a JSON-RPC error that asks the human to open a URL, None of any other."""
    told = as_object(error)
    if told.get("code") != URL_ELICITATION_REQUIRED:
        return None
    listed = as_object(told.get("data")).get("elicitations")
    for one in listed if isinstance(listed, list) else ():
        asked = as_object(one)
        if url := as_text(asked.get("url")):
            return _asked(url, as_text(asked.get("elicitationId")))
    return None


def read_pending(pending: JSON) -> Outcome | None:
    """The outcome of what came in a result's place, None where nothing did."""
    told = as_object(pending)
    match told.get("resultType"), told.get("status"):
        case "input_required", _:
            for request in as_object(told.get("inputRequests")).values():
                if url := as_text(as_object(as_object(request).get("params")).get("url")):
                    return _asked(url, url.rstrip("/").rpartition("/")[2])
            return Outcome(kind="still_pending")
        case "task", _:
            link = _URL.search(as_text(told.get("statusMessage")))
            return _asked(link.group(0).rstrip(".,;:") if link else "", as_text(told.get("taskId")))
        case _, "working" | "input_required":
            return Outcome(kind="still_pending")
        case _, "cancelled":
            return Outcome(kind="cancelled")
        case _, "failed":
            return Outcome(kind="failed")
        case _:
            return None


def _asked(url: str, otherwise: str) -> Outcome:
    """The id is that of the approval page, else what the protocol calls it."""
    link = APPROVAL_URL.search(url)
    return Outcome(kind="approval_required", request_id=link.group(1) if link else otherwise, approval_url=url)
