"""Broken gateways, the faults of one check per file; `found` is all of them."""

from __future__ import annotations

from agentport_harness.core.discovery import members
from tests.faults.fault import Fault


def found() -> tuple[Fault, ...]:
    """Every fault, by check."""
    from tests.faults import broken

    return tuple(sorted(members(broken, Fault), key=lambda fault: (fault.check, fault.name)))
