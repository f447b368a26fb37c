"""What `check_before_asking` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.operations import calling
from agentport_gateway.upstreams.upstream import Tool
from tests.faults.fault import breaks


@breaks("GW206")
def whatever_is_asked(patch: pytest.MonkeyPatch) -> None:
    """A human is asked about tools that are not there, and about arguments that do not fit."""

    async def broken(*_given: Any) -> None:
        return None

    patch.setattr(calling, "_check", broken)


@breaks("GW206")
def only_names_are_checked(patch: pytest.MonkeyPatch) -> None:
    """Required arguments have to be there; what is in them does not matter."""
    whole = Tool.faults

    def broken(tool: Any, arguments: dict[str, Any]) -> Any:
        faults = whole(tool, arguments)
        return faults if set(tool.input_schema.get("required", ())) - set(arguments) else []

    patch.setattr(Tool, "faults", broken)
