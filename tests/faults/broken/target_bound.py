"""What `target_bound` has to see."""

from __future__ import annotations

import pytest

from agentport_gateway import views
from agentport_gateway.operations import installing
from tests.faults.fault import breaks


def _open_requests_stay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(installing, "end_requests", lambda *_given: [])


@breaks("GW411")
def target_is_a_name(patch: pytest.MonkeyPatch) -> None:
    """An integration is what it is called, wherever it is."""
    _open_requests_stay(patch)
    patch.setattr(views, "target_of", lambda integration, _installation_id: str(integration.id))


@breaks("GW411")
def target_is_an_address(patch: pytest.MonkeyPatch) -> None:
    """An integration that is installed again at the same address is the one it was."""
    _open_requests_stay(patch)
    patch.setattr(views, "target_of", lambda integration, _installation_id: str(integration.address))
