"""What `exact_arguments` has to see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentport_gateway.domain.canonical import canonical_arguments
from agentport_gateway.operations import calling
from tests.faults.fault import breaks


@breaks("GW401")
def case_does_not_count(patch: pytest.MonkeyPatch) -> None:
    """Calls are the same when their letters are."""
    patch.setattr(
        calling, "canonical_arguments", lambda arguments: canonical_arguments(arguments).decode().lower().encode()
    )


@breaks("GW401")
def null_is_left_out(patch: pytest.MonkeyPatch) -> None:
    """An argument that is null counts as one that is not there."""

    def broken(arguments: dict[str, Any]) -> bytes:
        return canonical_arguments({name: value for name, value in arguments.items() if value is not None})

    patch.setattr(calling, "canonical_arguments", broken)


@breaks("GW401")
def key_order_counts(patch: pytest.MonkeyPatch) -> None:
    """The arguments are compared as they were written."""
    patch.setattr(calling, "canonical_arguments", lambda arguments: json.dumps(arguments).encode())
