"""Waits inside scripts of code mode that never ended: the script is all that tells of them.

An MCP call of a script is recorded when it has ended. A script that waits for a decision and was cut off is recorded
as a script only, so what it waits for is read from its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentport_harness.core.json_values import JSON, as_object, as_text
from agentport_harness.core.trace import Place

AWAIT = "agentport__await_approval"
_STATE = re.compile(r"\AScript (?:(completed|failed|terminated)|running with cell ID (\S+))")
_WAITS = re.compile(
    rf"\b(?:\w+__)?{AWAIT}\s*\(\s*(?:\{{[^{{}}]{{0,200}}?request_id['\"]?\s*:\s*['\"]([\w-]{{8,80}})['\"])?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script that waits: the ids it names (empty where it computes them), and where the call of it stands."""

    call_id: str
    ids: tuple[str, ...]
    after: tuple[int, int]
    place: Place
    time: float | None


class Scripts:
    """The scripts of one session that wait and are not known to have ended: ``waiting``, by the ids of their calls."""

    def __init__(self) -> None:
        self.waiting: dict[str, Script] = {}
        self._cells: dict[str, str] = {}
        self._polls: dict[str, str] = {}

    def called(
        self, name: str, given: JSON, call_id: str, after: tuple[int, int], place: Place, time: float | None
    ) -> None:
        """A tool was called; ``after`` is the call's event number and step."""
        if name == "wait":
            self._polls[call_id] = str(as_object(given).get("cell_id", ""))
        elif name == "exec" and AWAIT in as_text(given):
            ids = tuple(_WAITS.findall(as_text(given)))
            if ids:
                self.waiting[call_id] = Script(call_id=call_id, ids=ids, after=after, place=place, time=time)

    def answered(self, call_id: str, text: str) -> None:
        """A call's output came."""
        script = self._cells.get(self._polls.get(call_id, ""), call_id)
        state = _STATE.match(text)
        if state and state[2]:
            self._cells[state[2]] = script
        elif state:
            self.waiting.pop(script, None)

    def waited(self) -> None:
        """A wait's end was recorded: the first script that is open has one less to tell of."""
        for call_id, script in self.waiting.items():
            if len(script.ids) > 1:
                self.waiting[call_id] = Script(
                    call_id=call_id, ids=script.ids[1:], after=script.after, place=script.place, time=script.time
                )
            else:
                del self.waiting[call_id]
            return

    def unfinished(self) -> Iterator[Script]:
        """The scripts that were still waiting when the recording ended."""
        yield from self.waiting.values()
