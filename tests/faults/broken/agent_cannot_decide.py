"""What `agent_cannot_decide` has to see."""

from __future__ import annotations

import pytest

from agentport_gateway.domain.identity import Agent
from agentport_gateway.surfaces.rest import access
from tests.faults.fault import breaks


class _Nobody:
    """What no caller is."""


@breaks("GW405")
def keys_are_people(patch: pytest.MonkeyPatch) -> None:
    """An API key may do over REST whatever its organisation's people may."""
    patch.setattr(access, "Agent", _Nobody)
    for name, value in (("user_id", "an agent"), ("email", "an agent"), ("has_second_factor", False)):
        patch.setattr(Agent, name, value, raising=False)


@breaks("GW405")
def keys_read_the_log(patch: pytest.MonkeyPatch) -> None:
    """What a human may read, a key may read; what names who did it fails for lack of a name."""
    patch.setattr(access, "Agent", _Nobody)
