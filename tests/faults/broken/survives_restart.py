"""What `survives_restart` has to see."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update

from agentport_gateway import app
from agentport_gateway.store.schema import approval_requests
from tests.faults.fault import breaks


def _at_the_start(patch: pytest.MonkeyPatch, statement: Any) -> None:
    """A gateway that starts by doing this to its database."""
    whole = app._recover

    async def broken(gateway: Any) -> None:
        await gateway.database.write(lambda connection: connection.execute(statement))
        await whole(gateway)

    patch.setattr(app, "_recover", broken)


@breaks("GW602")
def a_clean_table(patch: pytest.MonkeyPatch) -> None:
    """What nobody decided is not kept."""
    _at_the_start(patch, delete(approval_requests).where(approval_requests.c.status == "pending"))


@breaks("GW602")
def decisions_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An approval lives as long as the process that heard it."""
    requests = approval_requests
    _at_the_start(patch, update(requests).where(requests.c.status == "approved").values(status="pending"))


@breaks("GW602")
def what_ran_runs_again(patch: pytest.MonkeyPatch) -> None:
    """A consumed approval is good again, unless its like is."""
    requests = approval_requests
    again = update(requests).prefix_with("OR IGNORE").where(requests.c.status == "consumed")
    _at_the_start(patch, again.values(status="approved", consumed_at=None, execution="none", runner=None, result=None))
