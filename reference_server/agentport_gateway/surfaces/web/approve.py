"""The page on which a human decides. Opening it decides nothing; deciding is a form of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, get_args

from agentport_gateway.domain.approvals import Decision, execution_at, status_at
from agentport_gateway.operations.confirming import CodeRefusedError, CodeRequiredError, require_code
from agentport_gateway.operations.deciding import (
    AlreadyDecidedError,
    AnotherCallError,
    NoSuchRequestError,
    TooLateError,
    decide,
)
from agentport_gateway.store import approvals
from agentport_gateway.surfaces.web.arguments import Shown, folded, shown_arguments
from agentport_gateway.surfaces.web.pages import Pages
from agentport_gateway.surfaces.web.rendering import go, render, render_aside

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.surfaces.web.visit import Visit

pages = Pages()

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_NOTE = 2_000
_HEADLINES = {
    "pending": "waiting for you",
    "approved": "approved",
    "denied": "denied",
    "expired": "expired",
    "consumed": "approved, and it ran",
}
_ENDED = {
    "time": "Nobody decided in time, so nothing was sent. The agent can ask again.",
    "key_revoked": "The API key that asked was revoked, so nothing was sent.",
    "target_changed": "The integration was changed or removed after this was asked, so nothing was sent.",
}


@pages.get("/approve/{request_id}")
async def show(visit: Visit) -> Response:
    """The request, with buttons while it waits."""
    request = await _find(visit)
    return await _missing(visit) if request is None else await _page(visit, request)


@pages.post("/approve/{request_id}")
async def decided(visit: Visit) -> Response:
    """Decide, once, on what was shown; then show what became of it."""
    request = await _find(visit)
    if request is None:
        return await _missing(visit)
    decision: Decision | None = next((one for one in get_args(Decision) if one == visit.form.text("decision")), None)
    if decision is None:
        return await _page(visit, request, fault="Choose one of the buttons.", status=422)
    if status_at(request, visit.gateway.clock.now()) != "pending":
        return await _page(visit, request, fault=_TOO_LATE, status=409)
    note = visit.form.text("note", most=_LONGEST_NOTE)
    try:
        if decision != "deny":
            # Saying no must always be easy; saying yes is what the second factor protects.
            code = "".join(visit.form.text("totp_code", most=100).split())
            await require_code(visit.gateway, visit.human, code)
        await decide(
            visit.gateway,
            visit.human,
            request.id,
            decision,
            digest=visit.form.raw("args_digest", most=100),
            note=note.replace("\r\n", "\n") or None if decision == "deny" else None,
        )
    except CodeRequiredError:
        return await _page(visit, request, code_fault="Give a code: approving needs your second factor.", status=403)
    except CodeRefusedError:
        return await _page(visit, request, code_fault=_WRONG_CODE, status=403)
    except NoSuchRequestError:
        return await _missing(visit)
    except AnotherCallError:
        return await _page(visit, request, fault=_ANOTHER_CALL, status=409)
    except (AlreadyDecidedError, TooLateError):
        now = await _find(visit)
        return await _page(visit, now or request, fault=_TOO_LATE, status=409)
    return go(f"/approve/{request.id}")


_TOO_LATE = "Your decision did not count: somebody else decided first, or the time ran out. This is how it stands."
_ANOTHER_CALL = "Nothing was decided: the form showed another call than this one. Read it again, then decide."
_WRONG_CODE = "This code is wrong or was used before. Each code works once: wait for your app to show the next one."


async def _find(visit: Visit) -> ApprovalRequest | None:
    request_id, org_id = visit.request.path_params["request_id"], visit.human.org_id
    if not _ID.fullmatch(request_id):
        return None
    return await visit.gateway.database.read(
        lambda connection: approvals.find(connection, org_id=org_id, request_id=request_id.lower())
    )


async def _missing(visit: Visit) -> Response:
    request_id = visit.request.path_params["request_id"].lower()
    # Nothing of it is shown; who holds the link learns only why it does not open for them.
    theirs = _ID.fullmatch(request_id) is not None and await visit.gateway.database.read(
        lambda connection: approvals.exists_for_anybody(connection, request_id)
    )
    return render(visit, "approve_missing.html", status=403 if theirs else 404, theirs=theirs)


async def _page(
    visit: Visit,
    request: ApprovalRequest,
    *,
    fault: str | None = None,
    code_fault: str | None = None,
    status: int = 200,
) -> Response:
    now = visit.gateway.clock.now()
    view = await visit.gateway.views.of(request.org_id)
    integration = view.integrations.get(request.integration_id)
    state, execution = status_at(request, now), execution_at(request, now)
    left = max(0, int((request.expires_at - now).total_seconds()))
    return await render_aside(
        visit,
        "approve.html",
        status=status,
        request=request,
        integration_name=integration.name if integration else request.integration_id,
        state=state,
        version=f"{state} {execution}",
        headline=_HEADLINES[state],
        explanation=_explanation(request, now),
        seconds_left=left,
        time_left=f"{left // 60}:{left % 60:02}",
        arguments=shown_arguments(request.arguments),
        words=folded(request.additional_info) if request.additional_info else None,
        note=folded(request.decision_note or ""),
        result=_result(request),
        asks_code=visit.human.has_second_factor,
        typed_note=visit.form.text("note", most=_LONGEST_NOTE),
        fault=fault,
        code_fault=code_fault,
    )


def _explanation(request: ApprovalRequest, now: datetime) -> str | None:
    match status_at(request, now):
        case "approved" if request.decision_mode == "allow_tool":
            return "Approved, and the tool is allowed from now on. The call runs as soon as the agent fetches it."
        case "approved":
            return "Approved once. The call runs as soon as the agent fetches it."
        case "denied" if request.decision_mode == "policy":
            return "A policy denies this tool, so nothing was sent."
        case "denied":
            return "Denied. Nothing was sent, and the agent is told."
        case "expired":
            return _ENDED[request.end_reason or "time"]
        case "consumed":
            return _fate(request, now)
        case _:
            return None


def _fate(request: ApprovalRequest, now: datetime) -> str:
    match execution_at(request, now):
        case "running":
            return "Approved. The call is running now."
        case "unknown":
            return "Approved, and cut off in the middle: it may or may not have run. It is not repeated by itself."
        case _ if request.result and "failure" in request.result:
            return "Approved, and sent; the integration failed."
        case _ if request.result and request.result.get("isError"):
            return "Approved, and it ran; the integration answered with an error."
        case _:
            return "Approved, and it ran."


def _result(request: ApprovalRequest) -> Shown | None:
    result: dict[str, Any] | None = request.result
    if result is None:
        return None
    if "failure" in result:
        return folded(str(result["failure"]))
    blocks = result.get("content", ())
    if blocks and all(block.get("type") == "text" for block in blocks):
        return folded("\n".join(str(block.get("text", "")) for block in blocks))
    return folded(json.dumps(result, ensure_ascii=False, indent=1))
