"""What the gateway answers on MCP: the structured outcome where there is one, else the wording of known gateways."""

from __future__ import annotations

import re
from typing import get_args

from agentport_harness.core.json_values import JSON, as_object, as_text, parsed
from agentport_harness.core.outcomes import Outcome, OutcomeKind
from agentport_harness.core.trace import ToolResult

_STRUCTURED: frozenset[str] = frozenset(get_args(OutcomeKind))
APPROVAL_URL = re.compile(r"https?://[^\s<>\"'`]+?/approve/([^\s<>\"'`)\]},.?#]+)")
_REQUEST_ID = re.compile(r"request_id\s*[=:]\s*[\"'`]?([0-9A-Za-z_-]{6,})")
_AUTHORIZATION_URL = re.compile(r"https?://[^\s<>\"'`]*(?:authori[sz]e|oauth)[^\s<>\"'`]*", re.IGNORECASE)
_STATUS = re.compile(r"Approval request '(?P<id>[^']*)' is '(?P<status>\w+)' and cannot be awaited")
_NOT_FOUND = re.compile(r"Approval request '(?P<id>[^']*)' not found")
_REFUSED_BY_CLIENT = re.compile(
    r"requires approval, but approval policy is|user cancelled MCP tool call|haven't granted it yet"
    r"|user doesn't want to proceed|user rejected|tool use was rejected|permission (?:to use|denied by)",
    re.IGNORECASE,
)
_TIMED_OUT = re.compile(
    r"timed out awaiting tools/call|sent no response or progress for|timed out after \d|request timed out"
    r"|MCP error -32001|deadline has elapsed|ETIMEDOUT",
    re.IGNORECASE,
)
_LINE_BROKE = re.compile(
    r"ECONNRESET|ECONNREFUSED|connection (?:closed|reset|refused|aborted)|socket hang up|fetch failed|broken pipe"
    r"|MCP error -32000|error sending request|transport (?:closed|error)|server disconnected|network error",
    re.IGNORECASE,
)
_DENIED_BY_SOMEBODY = re.compile(
    r"\b(?:denied|declined|rejected|refused) by (?:the |a |an |your )?(?:human|user|reviewer|approver|owner|admin\w*)\b"
    r"|\b(?:human|user|reviewer|approver|owner) (?:has )?(?:denied|declined|rejected|refused)\b"
    r"|^\W*(?:the |this |your )?(?:approval |tool call )?request\b.{0,80}\b(?:denied|declined|rejected)\b",
    re.IGNORECASE,
)
_DENIED_BY_POLICY = re.compile(
    r"\W*(?:this |the |your )?(?:tool|call|tool call|request)\b.{0,80}\b(?:blocked|denied|forbidden|not allowed|"
    r"not permitted)\b.{0,40}\bpolicy\b|\W*(?:blocked|denied|forbidden) by (?:the )?(?:[\w-]+ )?policy\b",
    re.IGNORECASE,
)
_CANCELLED = re.compile(r"request interrupted by user|cancelled by (?:the )?user|^aborted by user", re.IGNORECASE)
_RETRY_RUNS_IT = re.compile(
    r"\s*(?:the |this |your )?(?:approval |tool call )?(?:request\b.{0,80}?)?(?:has been |was |is )?(?:now )?approved\b"
    r".{0,400}?\b(?:again|retry|repeat|re-?run|re-?send|same (?:call|arguments)|identical)\b",
    re.IGNORECASE | re.DOTALL,
)
_OLD_STATUS: dict[str, OutcomeKind] = {
    "approved": "approved",
    "auto_approved": "approved",
    "consumed": "consumed",
    "expired": "expired",
    "denied": "denied_by_human",
}


def read_answer(result: ToolResult, *, waits: bool) -> Outcome:
    """The outcome of a gateway call over MCP. ``waits`` says that the call was a wait for a decision."""
    if fault := _fault(result):
        return Outcome(kind=fault)
    structured = as_object(result.structured)
    if not as_text(structured.get("outcome")) and result.text.lstrip().startswith("{"):
        # clients that drop structured content keep its text copy
        copy = as_object(parsed(result.text))
        structured = copy if as_text(copy.get("outcome")) in _STRUCTURED else structured
    named = as_text(structured.get("outcome"))
    if named in _STRUCTURED:
        return _from_structured(named, structured, result)
    return _from_wording(result, waits=waits, authorization=_authorization_url(structured, result.text))


def _from_structured(named: str, structured: JSON, result: ToolResult) -> Outcome:
    fields = as_object(structured)
    kind: OutcomeKind = named  # type: ignore[assignment]  # checked against the literal's own members
    if kind == "executed" and result.is_error:  # the upstream's own flag: it ran, and it failed
        kind = "upstream_failed"
    url = as_text(fields.get("approval_url"))
    return Outcome(
        kind=kind,
        request_id=as_text(fields.get("request_id")),
        approval_url=url,
        retry_runs=fields.get("retry_runs") is True,
        replayed=fields.get("replayed") is True,
        authorization_url=_authorization_url(fields, result.text) if kind == "executed" else "",
    )


def _from_wording(result: ToolResult, *, waits: bool, authorization: str) -> Outcome:
    text = result.text
    start = text.lstrip()
    link = APPROVAL_URL.search(text)
    url = link.group(0) if link else ""
    named = _REQUEST_ID.search(text)
    request_id = link.group(1) if link else (named.group(1) if named else "")
    if status := _STATUS.search(text):
        kind = _OLD_STATUS.get(status["status"], "not_awaitable")
        return Outcome(kind=kind, request_id=status["id"], retry_runs=kind == "approved")
    if missing := _NOT_FOUND.search(text):
        return Outcome(kind="not_found", request_id=missing["id"])
    if start.startswith("Still pending") or re.match(
        r"(?:the |this )?(?:approval )?request .{0,80}still pending", start, re.IGNORECASE
    ):
        return Outcome(kind="still_pending", request_id=request_id, approval_url=url)
    if "denied by the human" in text[:2000]:
        return Outcome(kind="denied_by_human", request_id=request_id)
    if start.startswith("This tool has been blocked"):
        return Outcome(kind="denied_by_policy")
    # an upstream may report whom somebody else turned down: only a wait is answered by its own reviewer
    if waits and _DENIED_BY_SOMEBODY.search(start[:300]) and not start.startswith(("{", "[")):
        return Outcome(kind="denied_by_human", request_id=request_id)
    if _DENIED_BY_POLICY.match(start):
        return Outcome(kind="denied_by_policy")
    if waits and _RETRY_RUNS_IT.match(text):
        return Outcome(kind="approved", request_id=request_id, retry_runs=True)
    if waits and re.match(r"(?:the |this )?(?:approval )?request .{0,80}\bexpired\b", start, re.IGNORECASE):
        return Outcome(kind="expired", request_id=request_id)
    if url and re.search(r"approv", text[: link.start()] if link else "", re.IGNORECASE):
        return Outcome(kind="approval_required", request_id=request_id, approval_url=url)
    if start.startswith("The arguments do not fit the tool"):
        return Outcome(kind="invalid_arguments")
    if start.startswith("Tool call failed:"):
        return Outcome(kind="upstream_failed")
    if result.is_error:
        return Outcome(kind="failed" if waits else "upstream_failed")
    return Outcome(kind="executed", authorization_url=authorization)


def _fault(result: ToolResult) -> OutcomeKind | None:
    if result.fault:
        return result.fault
    if not result.is_error:
        return None
    head = result.text[:2000]
    faults: tuple[tuple[re.Pattern[str], OutcomeKind], ...] = (
        (_TIMED_OUT, "client_timeout"),
        (_REFUSED_BY_CLIENT, "client_refused"),
        (_CANCELLED, "cancelled"),
        (_LINE_BROKE, "transport"),
    )
    return next((kind for pattern, kind in faults if pattern.search(head)), None)


def _authorization_url(structured: JSON, text: str) -> str:
    """The OAuth page that an install or start names."""
    named = as_text(as_object(structured).get("authorization_url"))
    if named:
        return named
    copied = as_text(as_object(parsed(text) if text.lstrip().startswith("{") else None).get("authorization_url"))
    if copied:
        return copied
    found = _AUTHORIZATION_URL.search(text) if "authorization_url" in text else None
    return found.group(0) if found else ""
