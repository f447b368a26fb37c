"""The probe where only a person can install it: one integration of many tools, each lent to one check at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio

from agentport_harness.bench.check import NotReachedError
from agentport_harness.core.transcript import Mode
from agentport_harness.transports.probe import Probe, ProbeTool, Reached, nobody

KEY = "by-hand"
"""Where it is served: its address has to stay the same from run to run."""
MOST = 120
"""Tools: more than all checks of a run use at the same time."""
NAMES = tuple(f"act_{number:03}" for number in range(1, MOST + 1))
_PLAIN = ProbeTool()


class HandInstalled:
    """The integration that a person installed. ``given`` names the tools that were set to a mode by hand, for each.

    A tool that is not named there requires approval, as nobody configured it. A tool that was returned is lent again
    when all others have had their turn.
    """

    def __init__(self, probe: Probe, integration_id: str, given: Mapping[Mode, Sequence[str]]) -> None:
        self.integration_id = integration_id
        self.given = {mode: tuple(names) for mode, names in given.items() if names}
        self.url = probe.serve(KEY, tuple(ProbeTool(name=name) for name in NAMES), nobody)
        self.spoilt: set[str] = set()
        """Tools that no longer ask for approval, and that nothing but a person sets back."""
        self._probe = probe
        named = {name for names in self.given.values() for name in names}
        self._free: dict[Mode | None, deque[str]] = {mode: deque(names) for mode, names in self.given.items()}
        self._free[None] = deque(name for name in NAMES if name not in named)
        self._room = {mode: anyio.Semaphore(len(names)) for mode, names in self._free.items()}
        self._has: list[tuple[object, Mode | None]] = []

    @asynccontextmanager
    async def lent(
        self, tool: ProbeTool, reached: Reached, *, to: object, mode: Mode | None = None
    ) -> AsyncIterator[ProbeTool]:
        """The tool, under one of the names, while the context lasts; with ``mode``, under one that is set to that.

        Waits while others have them all. Raises `NotReachedError` where no tool of the integration can stand for it, or
        where whoever it is lent ``to`` has some already and would wait for itself.
        """
        if any(getattr(tool, name) != getattr(_PLAIN, name) for name in ("name", "input_schema", "annotations")):
            raise NotReachedError("the probe that was installed by hand has tools of one kind alone")
        if mode is not None and mode not in self.given:
            raise NotReachedError(
                f"no tool of the probe is set to {mode}: set one by hand and name it "
                f"(--tool {mode}={self.integration_id}/{NAMES[0]})"
            )
        if not self._free[mode] and (to, mode) in self._has:
            raise NotReachedError(f"more tools of the probe are needed that are set to {mode or 'require_approval'}")
        await self._room[mode].acquire()
        name = self._free[mode].popleft()
        self._has.append((to, mode))
        try:
            yield self._put(name, tool, reached)
        finally:
            self._put(name, ProbeTool(), nobody)
            self._has.remove((to, mode))
            if name not in self.spoilt:
                self._free[mode].append(name)
                self._room[mode].release()

    def _put(self, name: str, tool: ProbeTool, reached: Reached) -> ProbeTool:
        named = replace(tool, name=name)
        self._probe.put(KEY, named, reached)
        return named
