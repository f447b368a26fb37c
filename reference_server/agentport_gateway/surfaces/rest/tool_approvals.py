"""`/tool-approvals/requests`: seeing, awaiting and deciding."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from agentport_gateway.domain.approvals import Decision, Status, status_at
from agentport_gateway.gateway import Gateway
from agentport_gateway.operations.deciding import (
    AlreadyDecidedError,
    NoSuchRequestError,
    TooLateError,
    decide,
)
from agentport_gateway.operations.reporting import await_status
from agentport_gateway.store import approvals
from agentport_gateway.surfaces import shown
from agentport_gateway.surfaces.rest.access import AnyCaller, InGateway, OnlyHuman
from agentport_gateway.surfaces.rest.documented import refusals
from agentport_gateway.surfaces.rest.second_factor import require

router = APIRouter(prefix="/tool-approvals/requests", tags=["tool-approvals"])

_MESSAGES: dict[Status, str] = {
    "pending": "Still pending: nobody has decided yet.",
    "approved": "Approved: repeat the identical call to run it.",
    "denied": "Denied: the call must not be repeated.",
    "expired": "Expired: nobody decided and used it in time.",
    "consumed": "Consumed: the call has run.",
}


class Deciding(BaseModel):
    """What a decision may carry."""

    model_config = ConfigDict(extra="forbid")

    totp_code: str | None = Field(default=None, max_length=100)


class Awaiting(BaseModel):
    """How long to wait at most."""

    model_config = ConfigDict(extra="forbid")

    timeout_seconds: float | None = Field(default=None, ge=0)


@router.get("", responses=refusals(401, 403))
async def listing(
    human: OnlyHuman,
    gateway: InGateway,
    status: Status | None = None,
    integration_id: str | None = None,
    tool_name: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> list[dict[str, Any]]:
    """The organisation's requests, newest first."""
    now = gateway.clock.now()
    found = await gateway.database.read(
        lambda connection: approvals.newest(
            connection,
            org_id=human.org_id,
            now=now,
            status=status,
            integration_id=integration_id,
            tool_name=tool_name,
            limit=limit,
            offset=offset,
        )
    )
    return [shown.request(one, now, gateway.approval_url(one.id)) for one in found]


@router.get("/{request_id}", responses=refusals(401, 403, 404))
async def one(request_id: str, human: OnlyHuman, gateway: InGateway) -> dict[str, Any]:
    """One request."""
    found = await gateway.database.read(
        lambda connection: approvals.find(connection, org_id=human.org_id, request_id=request_id)
    )
    if found is None:
        raise HTTPException(404, "There is no such request.")
    return shown.request(found, gateway.clock.now(), gateway.approval_url(found.id))


@router.post("/{request_id}/await", responses=refusals(401, 404))
async def wait(request_id: str, caller: AnyCaller, gateway: InGateway, given: Awaiting | None = None) -> dict[str, Any]:
    """Wait for the decision and report it; the call itself is then repeated by whoever made it."""
    seconds = given.timeout_seconds if given is not None else None
    found = await await_status(gateway, caller, request_id, timeout_seconds=seconds)
    if found is None:
        raise HTTPException(404, "There is no such request.")
    status = status_at(found, gateway.clock.now())
    return {
        "approval_request_id": found.id,
        "integration_id": found.integration_id,
        "tool_name": found.tool_name,
        "status": status,
        "message": _MESSAGES[status],
        "expires_at": shown.instant(found.expires_at),
        "decision_mode": found.decision_mode,
    }


@router.post("/{request_id}/approve-once", responses=refusals(401, 403, 404, 409, 410))
async def approve_once(
    request_id: str, human: OnlyHuman, gateway: InGateway, given: Deciding | None = None
) -> dict[str, Any]:
    """Let this call run, once."""
    return await _decide(gateway, human, request_id, "approve_once", given)


@router.post("/{request_id}/allow-tool", responses=refusals(401, 403, 404, 409, 410))
async def allow_tool(
    request_id: str, human: OnlyHuman, gateway: InGateway, given: Deciding | None = None
) -> dict[str, Any]:
    """Let this call run, and the tool's later calls too."""
    return await _decide(gateway, human, request_id, "allow_tool", given)


@router.post("/{request_id}/deny", responses=refusals(401, 403, 404, 409, 410))
async def deny(request_id: str, human: OnlyHuman, gateway: InGateway, given: Deciding | None = None) -> dict[str, Any]:
    """Refuse this call."""
    return await _decide(gateway, human, request_id, "deny", given)


async def _decide(
    gateway: Gateway, human: OnlyHuman, request_id: str, decision: Decision, given: Deciding | None
) -> dict[str, Any]:
    if decision != "deny":
        # Saying no must always be easy; saying yes is what the second factor protects.
        await require(gateway, human, given.totp_code if given is not None else None)
    try:
        decided = await decide(gateway, human, request_id, decision)
    except NoSuchRequestError:
        raise HTTPException(404, "There is no such request.") from None
    except AlreadyDecidedError as error:
        status = status_at(error.request, gateway.clock.now())
        raise HTTPException(409, f"This request is {status} already.") from None
    except TooLateError:
        raise HTTPException(410, "This request expired before the decision.") from None
    return shown.request(decided, gateway.clock.now(), gateway.approval_url(decided.id))
