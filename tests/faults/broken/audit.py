"""What `audit` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import calling, logging_calls
from agentport_gateway.surfaces.rest import logs
from tests.faults.fault import breaks


@breaks("GW603")
def secrets_in_the_log(patch: pytest.MonkeyPatch) -> None:
    """Arguments are written down as they are."""
    patch.setattr(logging_calls, "masked", lambda value: value)


@breaks("GW603")
def refusals_leave_no_trace(patch: pytest.MonkeyPatch) -> None:
    """What policy denied is not logged."""

    async def broken(_gateway: Any, _call: Any, outcome: Any, _verdict: Any = None) -> Any:
        return outcome

    patch.setattr(calling, "_refused", broken)


@breaks("GW603")
def every_call_is_logged_twice(patch: pytest.MonkeyPatch) -> None:
    """Once before, and once after."""
    from dataclasses import replace

    whole = calling._write_entry

    async def broken(gateway: Any, entry: Any) -> None:
        await whole(gateway, entry)
        await whole(gateway, replace(entry, id=gateway.ids.uuid()))

    patch.setattr(calling, "_write_entry", broken)


@breaks("GW603")
def nobody_decided(patch: pytest.MonkeyPatch) -> None:
    """The log does not say who it was."""
    whole = logs.logged

    def broken(call: Any) -> Any:
        return {**whole(call), "decided_by": None, "decided_at": None}

    patch.setattr(logs, "logged", broken)
