"""What `single_use` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations.running import Runs
from agentport_gateway.store import approval_statements as statements
from agentport_gateway.store.approvals import _changed
from tests.faults.fault import breaks


@breaks("GW403")
def failure_gives_the_approval_back(patch: pytest.MonkeyPatch) -> None:
    """Where the upstream's result is an error, the approval can be used again."""
    whole = Runs._succeeded

    async def broken(runs: Runs, request: Any, result: Any) -> Any:
        if result.is_error:
            values = {"b_id": request.id, "b_runner": runs.runner}
            back = await runs._database.write(lambda connection: _changed(connection, statements.GIVE_BACK, values))
            runs._waits.tell(back)
        return await whole(runs, request, result)

    patch.setattr(Runs, "_succeeded", broken)
