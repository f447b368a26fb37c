"""Waiting for a decision without acting on it, as REST clients do: they repeat the call themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.domain.approvals import next_step
from agentport_gateway.domain.identity import Agent
from agentport_gateway.store import approvals

if TYPE_CHECKING:
    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Caller
    from agentport_gateway.gateway import Gateway


async def await_status(
    gateway: Gateway, caller: Caller, request_id: str, *, timeout_seconds: float | None
) -> ApprovalRequest | None:
    """The request once it is no longer pending, or as it is when the budget ran out; None if unknown."""
    budget = gateway.settings.poll_budget_seconds
    if timeout_seconds is not None:
        budget = min(budget, timeout_seconds)
    began = gateway.clock.now()
    with gateway.waits.listening(request_id) as listener:
        while True:
            request = gateway.waits.latest(request_id)
            if request is None:
                request = await gateway.database.read(
                    lambda connection: approvals.find(connection, org_id=caller.org_id, request_id=request_id)
                )
            revoked = isinstance(caller, Agent) and gateway.keys.is_revoked(caller.key_id)
            if request is None or request.org_id != caller.org_id or revoked:
                return None
            now = gateway.clock.now()
            left = budget - (now - began).total_seconds()
            if next_step(request, now) != "wait_for_decision" or left <= 0 or gateway.waits.closing:
                return request
            await listener.wait(min(left, max((request.expires_at - now).total_seconds(), 0.001)))
