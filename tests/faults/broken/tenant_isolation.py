"""What `tenant_isolation` has to see."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from agentport_gateway.store import approvals, audit
from agentport_gateway.store.schema import organisations
from agentport_gateway.surfaces.rest import logs, tool_approvals
from tests.faults.fault import breaks


def _of_all(whole: Any) -> Any:
    """A listing of every organisation's rows."""

    def broken(connection: Any, *, org_id: str, **wanted: Any) -> list[Any]:
        del org_id
        return [
            row
            for one in connection.execute(select(organisations.c.id))
            for row in whole(connection, org_id=one.id, **wanted)
        ]

    return broken


@breaks("GW406")
def one_log_for_all(patch: pytest.MonkeyPatch) -> None:
    """The log shows the calls of every organisation."""
    patch.setattr(logs, "audit", SimpleNamespace(Filter=audit.Filter, newest=_of_all(audit.newest)))


@breaks("GW406")
def one_list_of_requests_for_all(patch: pytest.MonkeyPatch) -> None:
    """Every organisation's people see every request."""
    patch.setattr(tool_approvals, "approvals", SimpleNamespace(find=approvals.find, newest=_of_all(approvals.newest)))
