"""What agents and people read about a request and a call; the meaning travels beside it, structured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.domain.approvals import execution_at, status_at
from agentport_gateway.domain.outcomes import Outcome, UpstreamResult

if TYPE_CHECKING:
    from datetime import datetime

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.outcomes import OutcomeName

AWAIT_TOOL = "agentport__await_approval"
BLOCKED = "This tool has been blocked and cannot be executed."
DENIED = "This tool call was denied by the human."

_ENDED = {
    "time": "Nobody decided and used it in time.",
    "key_revoked": "The API key that asked was revoked.",
    "withdrawn": "The agent that asked took it back.",
    "target_changed": "The integration was changed or re-installed after the human was asked.",
}


def approval_required(request: ApprovalRequest, url: str) -> Outcome:
    """The call was not made: a human has to approve it first."""
    return _about(
        request,
        name="approval_required",
        message=(
            "A human must approve this call before it runs. "
            f"Nothing has been sent to {request.integration_id} yet.\n\n"
            f"{url}\n\n"
            "1. Show the user this link exactly as it is, with one sentence on what the call does and why.\n"
            "2. In the same turn, without waiting for a chat reply, "
            f'call {AWAIT_TOOL}(request_id="{request.id}"). '
            "It returns the tool's result as soon as a human has approved.\n"
            "Do not make this call again in another way; the link alone approves nothing."
        ),
    )


def still_pending(request: ApprovalRequest, url: str, *, running: bool) -> Outcome:
    """The wait ended before the decision, or before the approved call did."""
    if running:
        news = f"Still pending: request {request.id} is approved and its call is running."
    else:
        news = f"Still pending: nobody has decided on request {request.id} yet.\n\n{url}\n\n"
    return _about(
        request,
        name="still_pending",
        message=f'{news} Call {AWAIT_TOOL}(request_id="{request.id}") again to go on waiting.',
    )


def ended(request: ApprovalRequest, now: datetime) -> Outcome:
    """What became of a request that nothing more will happen to."""
    match status_at(request, now):
        case "denied" if request.decision_mode == "policy":
            return _about(request, name="denied_by_policy", message=BLOCKED)
        case "denied":
            message = f"{DENIED} Do not repeat it or work around it; ask the user how to go on."
            note = request.decision_note
            return _about(
                request,
                name="denied_by_human",
                message=message if note is None else f"{message}\nThe human's note: {note}",
                details={} if note is None else {"note": note},
            )
        case "expired":
            why = _ENDED.get(request.end_reason or "time", _ENDED["time"])
            return _about(
                request,
                name="expired",
                message=f"Approval request '{request.id}' is 'expired' and cannot be awaited. {why} "
                "Nothing ran. If it is still wanted, make the call again: that asks anew.",
                details={"reason": request.end_reason or "time"},
            )
        case _:
            return _ran(request, now)


def _ran(request: ApprovalRequest, now: datetime) -> Outcome:
    if execution_at(request, now) == "unknown":
        return outcome_unknown(request)
    if request.result is None:
        return _about(
            request,
            name="consumed",
            message=f"Approval request '{request.id}' is 'consumed' and cannot be awaited: "
            "its call ran, and the result is no longer kept.",
        )
    if "failure" in request.result:
        return upstream_failed(request.result["failure"], request=request, replayed=True)
    return _about(request, name="executed", message="", result=UpstreamResult.from_json(request.result), replayed=True)


def executed(request: ApprovalRequest, result: UpstreamResult) -> Outcome:
    """An approved call that ran just now."""
    return _about(request, name="executed", message="", result=result)


def outcome_unknown(request: ApprovalRequest) -> Outcome:
    """An approved call that was cut off in the middle: it will not be run again by itself."""
    return _about(
        request,
        name="outcome_unknown",
        message=f"The call of approval request '{request.id}' was cut off in the middle: "
        "it may or may not have run. It is not repeated. Check the state of things before asking again.",
    )


def upstream_failed(
    reason: str, *, request: ApprovalRequest | None = None, kept: bool = False, replayed: bool = False
) -> Outcome:
    """The upstream failed, or was never reached."""
    message = f"Tool call failed: {reason}"
    if kept and request is not None:
        message += (
            "\nThe upstream was never reached, so the approval is not spent: "
            f'call {AWAIT_TOOL}(request_id="{request.id}") to try again.'
        )
    details = {"reason": reason, "approval_kept": kept}
    if request is None:
        return Outcome(name="upstream_failed", message=message, details=details)
    return _about(request, name="upstream_failed", message=message, details=details, replayed=replayed)


def not_found(request_id: str) -> Outcome:
    """No such request, or none of this organisation's: the two are not told apart."""
    return Outcome(
        name="not_found",
        about="request",
        message=f"Approval request '{request_id}' not found.",
        request_id=request_id,
    )


def denied_by_policy(*, rule_id: str | None = None) -> Outcome:
    """The tool's policy forbids the call."""
    details = {} if rule_id is None else {"rule_id": rule_id}
    return Outcome(name="denied_by_policy", message=BLOCKED, details=details)


def too_many_pending(limit: int) -> Outcome:
    """The key has piled up as many undecided requests as it may."""
    return Outcome(
        name="denied_by_policy",
        about="limit",
        message=f"This API key already has {limit} requests waiting for a human. "
        "Let them be decided before asking for more.",
        details={"reason": "too_many_pending", "limit": limit},
    )


def not_installed(integration_id: str, *, known: bool) -> Outcome:
    """The integration is not installed, or unknown altogether."""
    message = (
        f"Integration '{integration_id}' is not installed: install it with agentport__install_integration."
        if known
        else f"There is no integration '{integration_id}': see agentport__list_installed_integrations."
    )
    return Outcome(name="invalid_arguments", about="integration", message=message)


def no_such_tool(integration_id: str, tool_name: str) -> Outcome:
    """The integration has no tool of that name."""
    return Outcome(
        name="invalid_arguments",
        about="tool",
        message=f"Integration '{integration_id}' has no tool '{tool_name[:200]}': "
        f'see agentport__list_integration_tools(integration_id="{integration_id}").',
    )


def bad_arguments(faults: list[str]) -> Outcome:
    """The arguments are not what the tool takes."""
    return Outcome(
        name="invalid_arguments",
        message="The arguments do not fit the tool, so nobody was asked and nothing ran:\n- " + "\n- ".join(faults),
        details={"faults": faults},
    )


def _about(
    request: ApprovalRequest,
    *,
    name: OutcomeName,
    message: str,
    result: UpstreamResult | None = None,
    replayed: bool = False,
    details: dict[str, object] | None = None,
) -> Outcome:
    return Outcome(
        name=name,
        message=message,
        about="request",
        integration_id=request.integration_id,
        tool_name=request.tool_name,
        request_id=request.id,
        request=request,
        result=result,
        replayed=replayed,
        details=details or {},
    )
