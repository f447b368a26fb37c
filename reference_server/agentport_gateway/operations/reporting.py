"""What became of requests and calls, told without acting on them: REST clients repeat the call themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from agentport_gateway.domain.approvals import next_step
from agentport_gateway.operations.looking import SECOND_LOOK, look
from agentport_gateway.store import audit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Caller, Human
    from agentport_gateway.gateway import Gateway


_PAGE = 500


async def whole_log(
    gateway: Gateway, human: Human, wanted: audit.Filter | None = None
) -> AsyncIterator[audit.LoggedCall]:
    """Every wanted call of the human's organisation, newest first, read page by page."""
    org_id, wanted = human.org_id, wanted or audit.Filter()
    before: int | None = None
    while True:
        found = await gateway.database.read(
            partial(audit.newest, org_id=org_id, wanted=wanted, limit=_PAGE, before=before)
        )
        if not found:
            return
        for call in found:
            yield call
        before = found[-1].seq


async def await_status(
    gateway: Gateway, caller: Caller, request_id: str, *, timeout_seconds: float | None
) -> ApprovalRequest | None:
    """The request once it is no longer pending, or as it is when the budget ran out; None if unknown."""
    budget = gateway.settings.poll_budget_seconds
    if timeout_seconds is not None:
        budget = min(budget, timeout_seconds)
    began = gateway.clock.now()
    request = None
    with gateway.waits.listening(request_id) as listener:
        while True:
            request, blind = await look(gateway, caller, request_id, request)
            if request is None:
                return None
            now = gateway.clock.now()
            left = budget - (now - began).total_seconds()
            decided = next_step(request, now) != "wait_for_decision" and not blind
            if decided or left <= 0 or gateway.waits.closing:
                return request
            ends = (request.expires_at - now).total_seconds()
            await listener.wait(min(left, SECOND_LOOK if blind else max(ends, 0.001)))
