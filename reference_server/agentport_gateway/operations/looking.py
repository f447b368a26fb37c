"""Looking at a request that somebody waits for: as it was told in this process, else as the database has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentport_gateway.domain.identity import Agent
from agentport_gateway.store import approvals
from agentport_gateway.store.groups import StoreUnavailableError

if TYPE_CHECKING:
    from agentport_gateway.domain.approvals import ApprovalRequest
    from agentport_gateway.domain.identity import Caller
    from agentport_gateway.gateway import Gateway

SECOND_LOOK = 1.0
"""Seconds until one looks again where no news may come."""


async def look(
    gateway: Gateway, caller: Caller, request_id: str, known: ApprovalRequest | None
) -> tuple[ApprovalRequest | None, bool]:
    """The caller's request as it is now, None if there is none; or as it was known, and that it could not be read.

    A waiter outlives a database that is away for a moment. Who has only just come is told by StoreUnavailableError.
    """
    if isinstance(caller, Agent) and gateway.keys.is_revoked(caller.key_id):
        return None, False
    request = gateway.waits.latest(request_id)
    if request is None:
        try:
            request = await gateway.database.read(
                lambda connection: approvals.find(connection, org_id=caller.org_id, request_id=request_id)
            )
        except StoreUnavailableError:
            if known is None:
                raise
            return known, True
    return (request if request is not None and request.org_id == caller.org_id else None), False
