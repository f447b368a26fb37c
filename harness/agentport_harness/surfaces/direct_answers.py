"""What a gateway answers that puts its upstreams' tools before agents under their own names, and has no await tool.

There a call that a human has to approve is refused with the request's id, and the same call runs it once approved.
"""

from __future__ import annotations

import re
from dataclasses import replace

from agentport_harness.core.outcomes import Outcome, OutcomeKind
from agentport_harness.core.trace import ToolResult
from agentport_harness.surfaces.answers import read_answer

_ID = r"[\"'`]?(?P<id>[0-9A-Za-z][0-9A-Za-z_-]{5,})[\"'`]?"
_ASKED = (
    re.compile(rf"\brequires? (?:human )?approval\b.{{0,200}}?\brequest(?: id)?\W{{1,3}}{_ID}", re.IGNORECASE),
    re.compile(rf"\b(?:approval|request|intent)[ _](?:id|request)\s*[=:]\s*{_ID}", re.IGNORECASE),
    re.compile(rf"\b(?:approval|request) {_ID} is (?:still )?pending\b", re.IGNORECASE),
)
_PENDING = re.compile(r"(?:\b|_)(?:pending|requires? (?:human )?approval|waiting for approval)\b", re.IGNORECASE)
_DENIED = re.compile(r"(?:\b|_)(?:denied|rejected|declined)\b", re.IGNORECASE)
_BY_POLICY = re.compile(r"\b(?:policy|rule)\b", re.IGNORECASE)


def read_direct(result: ToolResult, *, again: str = "") -> Outcome:
    """The outcome of a call under the tool's own name; ``again`` is the request that the same call asked for before."""
    read = read_answer(result, waits=False)
    if not result.is_error or read.kind not in ("upstream_failed", "failed", "approval_required"):
        return read
    head = result.text[:1_000]
    named = next((found["id"] for pattern in _ASKED if (found := pattern.search(head))), read.request_id)
    if _PENDING.search(head) and named:
        kind: OutcomeKind = "still_pending" if named == again else "approval_required"
        return replace(read, kind=kind, request_id=named)
    if _DENIED.search(head):
        return replace(
            read, kind="denied_by_policy" if _BY_POLICY.search(head) else "denied_by_human", request_id=named
        )
    return read
