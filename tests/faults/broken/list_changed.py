"""What `list_changed` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.mcp.tool_changes import ToolChanges
from tests.faults.fault import breaks


@breaks("GW204")
def nobody_is_told(patch: pytest.MonkeyPatch) -> None:
    """Clients find out when they list again."""
    patch.setattr(ToolChanges, "announce", lambda *_given: None)


@breaks("GW204")
def told_once(patch: pytest.MonkeyPatch) -> None:
    """The first change is told, and none after it."""
    whole = ToolChanges.announce
    told: list[Any] = []

    def broken(changes: Any, org_id: str) -> None:
        if not told:
            told.append(org_id)
            whole(changes, org_id)

    patch.setattr(ToolChanges, "announce", broken)
