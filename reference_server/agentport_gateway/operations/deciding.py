"""Deciding on a request: by a human, once, in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.domain.approvals import status_at
from agentport_gateway.failpoints import reach
from agentport_gateway.store import approvals, audit, policies
from agentport_gateway.store.news import announce

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest, Decision
    from agentport_gateway.domain.identity import Human
    from agentport_gateway.gateway import Gateway


class NoSuchRequestError(Exception):
    """There is no such request in the human's organisation."""


class AlreadyDecidedError(Exception):
    """The request was decided, used or ended before."""

    def __init__(self, request: ApprovalRequest) -> None:
        super().__init__(f"the request is already {request.status}")
        self.request = request


class TooLateError(Exception):
    """The request expired before the decision."""


class AnotherCallError(Exception):
    """The human was shown another call than the one that the request is for."""


async def decide(
    gateway: Gateway,
    human: Human,
    request_id: str,
    decision: Decision,
    *,
    digest: str | None = None,
    note: str | None = None,
) -> ApprovalRequest:
    """The decided request; with a `digest`, only if the call that was shown is the request's own.

    `note` goes with a denial to whoever asked. Raises NoSuchRequestError, AlreadyDecidedError, TooLateError or
    AnotherCallError: nothing changed.
    """
    now = gateway.clock.now()
    view = await gateway.views.of(human.org_id) if gateway.waits.will_run(request_id) else None
    claimed: ApprovalRequest | None
    released = False  # whether an identical call that a rule allows has to spend this approval, wherever it is made

    def write(connection: Connection) -> tuple[ApprovalRequest | None, ApprovalRequest | None]:
        nonlocal claimed, released
        claimed = None
        decided = approvals.decide(
            connection,
            org_id=human.org_id,
            request_id=request_id,
            decision=decision,
            decided_by=human.email,
            now=now,
            digest=digest,
            note=note,
        )
        if decided is None:
            return None, approvals.find(connection, org_id=human.org_id, request_id=request_id)
        if decision == "deny":
            audit.complete_requests(connection, [request_id], outcome="denied_by_human", now=now, detail=note)
        if decision == "allow_tool":
            policies.set_mode(
                connection,
                org_id=human.org_id,
                integration_id=decided.integration_id,
                tool_name=decided.tool_name,
                mode="allow",
                by=human.user_id,
                now=now,
            )
        if view is not None and decision != "deny":
            # Somebody waits to run it: deciding and consuming are one transaction, and one flush.
            claimed = gateway.runs.claim(connection, decided, view, now)
        released = decision == "approve_once" and claimed is None and gateway.views.may_allow(decided)
        if released:
            announce(connection, "org", human.org_id)
        reach("deciding")
        return decided, None

    decided, found = await gateway.database.write(write)
    reach("decided")
    if decided is None:
        if found is None:
            raise NoSuchRequestError
        if status_at(found, now) == "expired" and found.end_reason in (None, "time"):
            raise TooLateError
        if found.status == "pending":
            raise AnotherCallError
        raise AlreadyDecidedError(found)
    if decision == "allow_tool" or released:
        gateway.views.drop(human.org_id)
    if claimed is not None and view is not None:
        gateway.runs.begin(claimed, view)
    gateway.waits.tell(claimed or decided)
    return decided
