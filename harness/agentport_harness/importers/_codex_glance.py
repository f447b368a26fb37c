"""A first glance at a rollout: commands that can concern neither the gateway nor a human's decision are left out.

Most sessions never use the gateway, and most of what they hold is such commands and what they printed. Whatever would
make a difference to what is reported of such a session stops the glance: then the recording is read in full.
"""

from __future__ import annotations

import re
from typing import Final

from agentport_harness.core.importer import NOTHING, LookCloserError
from agentport_harness.core.json_values import JSON
from agentport_harness.importers._codex_lines import SHELLS, TOLD, Line, Payload, RolloutLines, unescaped
from agentport_harness.importers._foreign import names_ap
from agentport_harness.parsing import parse_json

_QUIET: Final = SHELLS | {"update_plan", "view_image", "write_stdin"}
_GATEWAY: Final = "agentport"
_CODE: Final = re.compile(r"\d{3}[ -]?\d{3}")
"""What may be a human's one-time code."""
_STAMP: Final = len("2026-11-22T05:48:19.461Z")
"""Times that are written so are in the order of their texts."""
_ANSWERED: Final[JSON] = {"type": "response_item", "payload": {"type": "function_call_output"}}
"""What tells that a step is over, in place of an output."""


class RolloutGlance(RolloutLines):
    """Reads the lines of one rollout: give them in order. Raises `LookCloserError` where more has to be read."""

    def __init__(self) -> None:
        super().__init__()
        self._left_out: set[str] = set()
        self._ids: set[str] = set()
        self._latest = ""
        self._begun = self._told = False

    def _whole(self, told: Line, line: bytes) -> JSON:
        self._in_order(told)
        self._told = True
        self._begun = self._begun and told.type in TOLD
        return parse_json(line)

    def _call(self, told: Line, payload: Payload) -> JSON:
        self._in_order(told)
        call_id = payload.call_id
        if call_id in self._ids or _GATEWAY in payload.name or _GATEWAY in (payload.namespace or ""):
            raise LookCloserError
        self._ids.add(call_id)
        if self._begun and payload.name in _QUIET and not payload.namespace and not _matters(payload.arguments or ""):
            self._left_out.add(call_id)
            self._other.add(call_id)
            return NOTHING
        self._begun = self._told = True  # of every session the first call is kept: it may be when the session began
        return super()._call(told, payload)

    def _output(self, told: Line, payload: Payload) -> JSON:
        self._in_order(told)
        if payload.call_id not in self._left_out:
            return super()._output(told, payload)
        first, self._told = self._told, False
        return _ANSWERED if first else NOTHING

    def _in_order(self, told: Line) -> None:
        if len(told.timestamp) != _STAMP or told.timestamp < self._latest:
            raise LookCloserError
        self._latest = told.timestamp


def _matters(given: str) -> bool:
    """Whether a command can reach the gateway, decide a request, or carry a code."""
    text = unescaped(given).lower()
    return (
        names_ap(text)
        or "curl" in text
        or "wget" in text
        or "http" in text
        or "pprov" in text
        or "otp" in text
        or "oathtool" in text
        or _CODE.search(text) is not None
    )
