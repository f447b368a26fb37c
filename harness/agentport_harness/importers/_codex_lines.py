"""Lines of a rollout before they are parsed: most of a rollout is reasoning, counts, and what commands printed.

No rule reads what a command printed that had nothing to do with the gateway, beyond its head, and the links and ids in
it, which the agent may have from there. So that much of it is kept, with its size and digest; a line that is not whole
is left to the parser, to be complained of.
"""

from __future__ import annotations

import re

from agentport_harness.core.json_values import as_object, as_text, parsed
from agentport_harness.importers._foreign import MOST_FOUND, mark, may_concern

_KEPT = 600
"""Bytes kept of an output."""
_LONG = 2_000
"""Bytes of a line that is worth to be shortened."""

_BEGINS = re.compile(
    rb'\{"timestamp": ?"[^"]{0,40}", ?(?:"ordinal": ?\d+, ?)?"type": ?"(?:'
    rb'(?P<idle>(?:world_state|turn_context|token_usage_record|compacted)"'
    rb'|event_msg", ?"payload": ?\{ ?"type": ?"(?:token_count|agent_reasoning\w*|thread_settings_applied)"'
    rb'|response_item", ?"payload": ?\{ ?"type": ?"(?:reasoning|ghost_snapshot)")'
    rb'|response_item", ?"payload": ?\{ ?"type": ?"(?:(?P<call>function_call)"'
    rb'|function_call_output", ?(?:"id": ?"[^"]{0,80}", ?)?"call_id": ?"(?P<output>[^"]{1,80})", ?"output": ?"'
    rb')|event_msg", ?"payload": ?\{ ?"type": ?"(?:'
    rb'item_completed", ?"thread_id": ?"[^"]{0,80}", ?"turn_id": ?"[^"]{0,80}", ?"item": ?\{ ?'
    rb'"type": ?"CommandExecution", ?"id": ?"(?P<item>[^"]{1,80})"'
    rb'|exec_command_end", ?"call_id": ?"(?P<end>[^"]{1,80})"))'
)
_SHELL = re.compile(rb'"name": ?"(?:exec_command|shell|shell_command|unified_exec|container\.exec)"')
_CALL_ID = re.compile(rb'"call_id": ?"([^"]{1,80})"')
_GATEWAY = re.compile(rb"gent[Pp]ort")
_FOUND = re.compile(
    rb"https?://[!#-;=?-\[\]^-~]{1,500}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
_ID = re.compile(rb"-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-")


class RolloutLines:
    """Shortens the lines of one rollout: give them in order. What is returned for a line stands for it."""

    def __init__(self) -> None:
        self._other: set[bytes] = set()

    def __call__(self, line: bytes) -> bytes | None:
        """The line, or as much of it as matters; None where nothing does."""
        begins = _BEGINS.match(line)
        kind = begins.lastgroup if begins else None
        if begins is None or kind is None:
            return line
        if kind == "call":
            self._called(line)
            return line
        if kind == "idle":
            return None if _is_whole(line) else line
        if begins[kind] not in self._other or not _is_whole(line):
            return line
        if kind != "output":
            return None  # the same as in the output that the model was given
        return _shortened(line, begins.end()) if len(line) > _LONG else line

    def _called(self, line: bytes) -> None:
        """Remember a call of the shell that has nothing to do with the gateway."""
        called = _CALL_ID.search(line)
        if called and _SHELL.search(line) and not may_concern(line.decode("latin-1")):
            self._other.add(called[1])


def _is_whole(line: bytes) -> bool:
    """Whether the line is one record; two that were run together are not."""
    return line.endswith(b"}}") and line.find(b'{"timestamp":', 1) < 0


def _shortened(line: bytes, start: int) -> bytes:
    """The record with the beginning of its output, and the links and ids of the rest."""
    if line.find(b"pprov", start) >= 0 or (line.find(b"gent", start) >= 0 and _GATEWAY.search(line, start)):
        return line
    cut = _boundary(line, start + _KEPT)
    holds = line.rfind(b"://", cut) >= 0 or _ID.search(line, cut)
    found = list(dict.fromkeys(_FOUND.findall(line, cut)))[:MOST_FOUND] if holds else []
    rest = b"".join(b"\\n" + one for one in found)
    return line[:cut] + mark(_told(line, start)).encode() + rest + b'"}}'


def _told(line: bytes, start: int) -> str:
    """The output that begins at ``start``, as the model was given it."""
    text = parsed(line[start - 1 : -2].decode("utf-8", "replace"))
    if isinstance(text, str):
        return text
    record = as_object(parsed(line.decode("utf-8", "replace")))  # something follows the output
    return as_text(as_object(record.get("payload")).get("output"))


def _boundary(line: bytes, at: int) -> int:
    """The last place up to ``at`` that is within neither a character nor an escape."""
    while line[at] & 0xC0 == 0x80:
        at -= 1
    escape = line.rfind(b"\\", at - 11, at)
    if escape < 0:
        return at
    while line[escape - 1 : escape] == b"\\":
        escape -= 1
    return escape
