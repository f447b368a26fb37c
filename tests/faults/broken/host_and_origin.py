"""What `host_and_origin` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.surfaces.front import Front
from tests.faults.fault import breaks


@breaks("GW106")
def every_host_is_served(patch: pytest.MonkeyPatch) -> None:
    """Any name that leads here will do."""
    patch.setattr(Front, "_host_is_ours", lambda *_given: True)


@breaks("GW106")
def origins_by_their_beginning(patch: pytest.MonkeyPatch) -> None:
    """An origin that begins like the gateway's is taken for it."""
    whole = Front._origin_is_ours

    def broken(front: Any, origin: bytes | None) -> bool:
        ours = tuple(name.rpartition(":")[0].encode() for name in front._origins)
        return whole(front, origin) or (origin is not None and origin.startswith(ours))

    patch.setattr(Front, "_origin_is_ours", broken)
