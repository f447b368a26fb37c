"""What `await_budget` has to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentport_gateway.operations import awaiting
from tests.faults.fault import breaks


class _Nameless:
    """The gateway's words, but for one."""

    def __init__(self, words: Any) -> None:
        self._words = words

    def __getattr__(self, name: str) -> Any:
        return getattr(self._words, name)

    def still_pending(self, *given: Any, **named: Any) -> Any:
        outcome = self._words.still_pending(*given, **named)
        return replace(outcome, message="Still pending: ask again.", request_id=None)


@breaks("GW307")
def pending_without_id(patch: pytest.MonkeyPatch) -> None:
    """The agent has to remember what it waits for."""
    patch.setattr(awaiting, "wording", _Nameless(awaiting.wording))


@breaks("GW307", poll_budget_seconds=240.0)
def longer_than_clients_wait(_patch: pytest.MonkeyPatch) -> None:
    """The line is held for four minutes."""
