"""Values as both surfaces show them: the field names of the contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agentport_gateway.domain.approvals import execution_at, status_at

if TYPE_CHECKING:
    from datetime import datetime

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.store.audit import LoggedCall
    from agentport_gateway.store.integrations import Installation


def instant(moment: datetime | None) -> str | None:
    """RFC 3339, UTC, with milliseconds."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def installed(installation: Installation) -> dict[str, Any]:
    """An installation, without its credential."""
    return {
        "integration_id": installation.integration_id,
        "type": installation.type,
        "auth_method": installation.auth_method,
        "connected": installation.connected,
        "added_at": instant(installation.added_at),
    }


def request(one: ApprovalRequest, now: datetime, approval_url: str) -> dict[str, Any]:
    """An approval request for the people who decide on it."""
    return {
        "id": one.id,
        "integration_id": one.integration_id,
        "tool_name": one.tool_name,
        "target": one.target_label,
        "args": json.loads(one.arguments),
        "args_digest": one.digest,
        "additional_info": one.additional_info,
        "requested_by": one.asked_by,
        "client": one.client,
        "address": one.address,
        "api_key_id": one.api_key_id,
        "rule_id": one.rule_id,
        "status": status_at(one, now),
        "execution": execution_at(one, now),
        "decision_mode": one.decision_mode,
        "decided_by": one.decided_by,
        "decided_at": instant(one.decided_at),
        "decision_note": one.decision_note,
        "end_reason": one.end_reason,
        "created_at": instant(one.created_at),
        "expires_at": instant(one.expires_at),
        "consumed_at": instant(one.consumed_at),
        "approval_url": approval_url,
    }


def logged(call: LoggedCall) -> dict[str, Any]:
    """One call's whole life."""
    entry = call.entry
    return {
        "seq": call.seq,
        "id": entry.id,
        "created_at": instant(entry.called_at),
        "surface": entry.surface,
        "requested_by": entry.asked_by,
        "api_key_id": entry.api_key_id,
        "integration_id": entry.integration_id,
        "tool_name": entry.tool_name,
        "args": json.loads(entry.arguments),
        "additional_info": entry.additional_info,
        "mode": entry.mode,
        "rule_id": entry.rule_id,
        "approval_request_id": entry.request_id,
        "request_id": entry.request_id,
        "outcome": entry.outcome or ("approval_required" if entry.request_id else "outcome_unknown"),
        "detail": entry.detail,
        "finished_at": instant(entry.finished_at),
        "duration_ms": _milliseconds(entry.called_at, entry.finished_at),
        "approval_status": call.request_status,
        "decision_mode": call.decision_mode,
        "decided_by": call.decided_by,
        "decided_at": instant(call.decided_at),
    }


def _milliseconds(began: datetime, ended: datetime | None) -> float | None:
    return None if ended is None else round((ended - began).total_seconds() * 1000, 3)
