"""What `bounded_input` has to see."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from agentport_gateway.domain import exact_json
from agentport_gateway.surfaces import front
from agentport_gateway.surfaces.mcp import endpoint
from tests.faults.fault import breaks
from tests.faults.time import WaitingLoop


@breaks("GW605", max_body_bytes=10**9)
def any_size(patch: pytest.MonkeyPatch) -> None:
    """Bodies are as large as they like."""


@breaks("GW605")
def any_depth(patch: pytest.MonkeyPatch) -> None:
    """Nesting is for the JSON reader to end, and it ends the request."""

    def broken(text: bytes) -> Any:
        if b"[" * 1_000 in text:
            raise RecursionError
        return exact_json.parse(text)

    patch.setattr(endpoint, "parse", broken)
    patch.setattr(front, "parse", broken)


@breaks("GW605")
def any_number(patch: pytest.MonkeyPatch) -> None:
    """Digits are for the interpreter to count, and it gives up."""

    def broken(text: bytes) -> Any:
        return exact_json.parse(text) if b"7" * 1_000 not in text else json.loads(text)

    patch.setattr(endpoint, "parse", broken)
    patch.setattr(front, "parse", broken)


@breaks("GW605")
def everybody_waits(patch: pytest.MonkeyPatch) -> None:
    """What is nested is looked at for a long time."""

    def broken(text: bytes) -> Any:
        if b"[" * 1_000 in text:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, WaitingLoop)
            loop.freeze(4)
        return exact_json.parse(text)

    patch.setattr(endpoint, "parse", broken)
