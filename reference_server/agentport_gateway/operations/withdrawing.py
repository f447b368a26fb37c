"""Taking back what was asked: by the agent that asked, before it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.store import approvals, audit

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Agent
    from agentport_gateway.gateway import Gateway


async def withdraw(gateway: Gateway, agent: Agent, request_id: str) -> None:
    """End the agent's own request, so that no human is asked any more and nothing runs; others stay as they are."""
    now = gateway.clock.now()

    def write(connection: Connection) -> list[ApprovalRequest]:
        ended = approvals.end_live(
            connection,
            org_id=agent.org_id,
            api_key_id=agent.key_id,
            request_id=request_id,
            reason="withdrawn",
            now=now,
        )
        audit.complete_requests(
            connection, [request.id for request in ended], outcome="expired", now=now, detail="withdrawn"
        )
        return ended

    for request in await gateway.database.write(write):
        gateway.waits.tell(request)
