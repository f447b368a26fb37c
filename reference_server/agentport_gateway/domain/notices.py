"""What a webhook is told about an approval request, and how it can tell that the gateway said it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from agentport_gateway.domain.approvals import ApprovalRequest

NoticeType = Literal["approval.requested", "approval.decided", "approval.expired"]

SECRET_PREFIX = "whsec_"  # noqa: S105 - how such secrets begin
_MOST_ARGUMENTS = 16_000
_BACK_OFF = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
)


def notice_id(request: ApprovalRequest, notice: NoticeType) -> str:
    """The same for every attempt to tell it."""
    return f"{request.id}.{notice.partition('.')[2]}"


def body_of(request: ApprovalRequest, notice: NoticeType, now: datetime) -> dict[str, Any]:
    """The notice as of now. Long arguments are left out: the approval page has them in full."""
    short = len(request.arguments) <= _MOST_ARGUMENTS
    return {
        "type": notice,
        "timestamp": _instant(now),
        "data": {
            "id": request.id,
            "status": request.status,
            "integration_id": request.integration_id,
            "tool_name": request.tool_name,
            "target": request.target_label,
            "args": json.loads(request.arguments) if short else None,
            "args_digest": request.digest,
            "additional_info": request.additional_info,
            "requested_by": request.asked_by,
            "client": request.client,
            "created_at": _instant(request.created_at),
            "expires_at": _instant(request.expires_at),
            "decision_mode": request.decision_mode,
            "decided_by": request.decided_by,
            "decided_at": _instant(request.decided_at),
            "decision_note": request.decision_note,
            "end_reason": request.end_reason,
        },
    }


def ending(request: ApprovalRequest) -> NoticeType:
    """What the end of a request is called that no human decided: a policy decides too, time does not."""
    return "approval.decided" if request.status == "denied" else "approval.expired"


def signature(secret: str, notice: str, moment: int, body: bytes) -> str:
    """The `webhook-signature` of a body that is sent at this moment."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{notice}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def next_try(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None when it is given up."""
    return _BACK_OFF[tries - 1] if tries <= len(_BACK_OFF) else None


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
