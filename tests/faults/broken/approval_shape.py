"""What `approval_shape` has to see."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_gateway.gateway import Gateway
from tests.faults.fault import breaks


@breaks("GW302")
def url_without_id(patch: pytest.MonkeyPatch) -> None:
    """The URL leads to the list of requests."""
    patch.setattr(Gateway, "approval_url", lambda gateway, _id: f"{gateway.settings.base_url}/approve/latest")


@breaks("GW302")
def relative_url(patch: pytest.MonkeyPatch) -> None:
    """The URL has no host."""

    def broken(_gateway: Any, request_id: str) -> str:
        return f"/approve/{request_id}"

    patch.setattr(Gateway, "approval_url", broken)
