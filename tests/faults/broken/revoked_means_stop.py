"""What `revoked_means_stop` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.auth.keys import Keys
from agentport_gateway.operations import configuring
from agentport_gateway.store import approval_statements as statements
from agentport_gateway.store import approvals
from tests.faults.broken.policy_at_execution import unguarded
from tests.faults.fault import breaks


@breaks("GW413")
def requests_outlive_their_key(patch: pytest.MonkeyPatch) -> None:
    """What a revoked key asked for can be approved and run as before."""
    whole = approvals.end_live

    def broken(connection: Any, **given: Any) -> Any:
        return [] if given["reason"] == "key_revoked" else whole(connection, **given)

    patch.setattr(configuring.approvals, "end_live", broken)
    patch.setattr(statements, "CONSUME", unguarded("api_keys"))
    patch.setattr(Keys, "is_revoked", lambda _keys, _key_id: False)
