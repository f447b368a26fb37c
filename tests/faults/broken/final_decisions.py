"""What `final_decisions` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import deciding
from agentport_gateway.store import approval_statements as statements
from agentport_gateway.surfaces.rest import tool_approvals
from tests.faults.fault import breaks


@breaks("GW404")
def later_decisions_count(patch: pytest.MonkeyPatch) -> None:
    """What was decided can be decided again, until it ran."""
    from sqlalchemy import update

    unguarded = (
        update(statements.requests)
        .where(statements._THIS, statements.requests.c.expires_at > statements._NOW)
        .values(statements.DECIDE._values)
        .returning(*statements.COLUMNS)
    )
    patch.setattr(statements, "DECIDE", unguarded)


@breaks("GW404")
def every_decision_is_welcome(patch: pytest.MonkeyPatch) -> None:
    """A decision that changes nothing is answered like one that does, late ones too."""

    async def broken(gateway: Any, human: Any, request_id: str, decision: Any) -> Any:
        try:
            return await deciding.decide(gateway, human, request_id, decision)
        except (deciding.AlreadyDecidedError, deciding.TooLateError):
            return await gateway.database.read(
                lambda connection: deciding.approvals.find(connection, org_id=human.org_id, request_id=request_id)
            )

    patch.setattr(tool_approvals, "decide", broken)


@breaks("GW404")
def late_decisions_are_welcome(patch: pytest.MonkeyPatch) -> None:
    """After the expiry a decision is answered as if it had come in time."""

    async def broken(gateway: Any, human: Any, request_id: str, decision: Any) -> Any:
        try:
            return await deciding.decide(gateway, human, request_id, decision)
        except deciding.TooLateError:
            return await gateway.database.read(
                lambda connection: deciding.approvals.find(connection, org_id=human.org_id, request_id=request_id)
            )

    patch.setattr(tool_approvals, "decide", broken)
