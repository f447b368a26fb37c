"""The life of an approval request, as values: what it is, what it has become, what may happen next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

Status = Literal["pending", "approved", "denied", "expired", "consumed"]
Decision = Literal["approve_once", "allow_tool", "deny"]
DecisionMode = Literal["approve_once", "allow_tool", "deny", "policy"]
Execution = Literal["none", "running", "done", "unknown"]
EndReason = Literal["time", "key_revoked", "target_changed", "policy_denied", "withdrawn"]

ACTIVE: tuple[Status, ...] = ("pending", "approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """One call that waits for, had, or lost a human's permission.

    `arguments` is the JSON text that the human saw; `target` names where the call goes; `digest` identifies
    the exact call. `client` and `address` are what the asking program says of itself and where its call came
    from. `result` is the upstream's stored answer once `execution` is done.
    """

    id: str
    org_id: str
    integration_id: str
    tool_name: str
    target: str
    target_label: str
    arguments: str
    digest: str
    additional_info: str | None
    api_key_id: str | None
    asked_by: str
    client: str | None = None
    address: str | None = None
    rule_id: str | None
    status: Status
    created_at: datetime
    expires_at: datetime
    decision_mode: DecisionMode | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None
    end_reason: EndReason | None = None
    execution: Execution = "none"
    runner: str | None = None
    lease_until: datetime | None = None
    consumed_at: datetime | None = None
    finished_at: datetime | None = None
    result: dict[str, Any] | None = None


Next = Literal["wait_for_decision", "run", "wait_for_result", "ended"]


def status_at(request: ApprovalRequest, now: datetime) -> Status:
    """The status as of now: time ends a request even before anything has written that down."""
    if request.status in ACTIVE and now >= request.expires_at:
        return "expired"
    return request.status


def execution_at(request: ApprovalRequest, now: datetime) -> Execution:
    """The fate of the run as of now: a runner whose lease ran out is gone, and what it did is unknown."""
    if request.execution == "running" and request.lease_until is not None and now >= request.lease_until:
        return "unknown"
    return request.execution


def next_step(request: ApprovalRequest, now: datetime) -> Next:
    """What someone who awaits this request does next."""
    match status_at(request, now):
        case "pending":
            return "wait_for_decision"
        case "approved":
            return "run"
        case "consumed" if execution_at(request, now) == "running":
            return "wait_for_result"
        case _:
            return "ended"
