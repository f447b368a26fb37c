"""What `reuse_pending` has to see."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from agentport_gateway.operations import calling
from tests.faults.fault import breaks


@breaks("GW311")
def every_call_asks(patch: pytest.MonkeyPatch) -> None:
    """A call that was made before is a new question."""
    patch.setattr(calling, "_digest", lambda *_given: uuid.uuid4().hex)


@breaks("GW311")
def both_ask_at_once(patch: pytest.MonkeyPatch) -> None:
    """Two calls that come together do not see each other."""
    whole = calling._write_request
    under_way: Counter[str] = Counter()

    async def broken(gateway: Any, call: Any, wanted: Any, verdict: Any) -> Any:
        digest = wanted.digest
        under_way[digest] += 1
        wanted = replace(wanted, digest=f"{digest}{'' if under_way[digest] == 1 else under_way[digest]}")
        try:
            await asyncio.sleep(0.05)
            return await whole(gateway, call, wanted, verdict)
        finally:
            under_way[digest] -= 1

    patch.setattr(calling, "_write_request", broken)
