"""Lines of a rollout before they are parsed: most of a rollout is reasoning, counts, and what commands printed.

No rule reads what a command printed that had nothing to do with the gateway, beyond its head, and the links and ids in
it, which the agent may have from there. So that much of it is kept, with its size; a line that is not whole is left to
the parser, to be complained of.
"""

from __future__ import annotations

import re

_KEPT = 600
"""Bytes kept of an output."""
_LONG = 2_000
"""Bytes of a line that is worth to be shortened."""
_MOST_LINKS = 100

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
_CONCERN = (
    b"agentport", b"AgentPort", b"AGENTPORT", b"pprov", b"http", b"curl", b"wget", b"equest", b"oken", b"redential",
    b"open", b"sql", b"/mcp", b"await", b"ogin", b"auth", b"localhost", b"127.0.0.1",
)  # fmt: skip
_AP = re.compile(rb"(?<![\w-])ap(?![\w-])")
"""What the command of a call holds whose output is kept whole: these, and the command ``ap``."""
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
        if called and _SHELL.search(line) and not _may_concern(line):
            self._other.add(called[1])


def _may_concern(line: bytes) -> bool:
    for word in _CONCERN:
        if word in line:
            return True
    return b"ap" in line and _AP.search(line) is not None


def _is_whole(line: bytes) -> bool:
    """Whether the line is one record; two that were run together are not."""
    return line.endswith(b"}}") and line.rfind(b'{"timestamp":') == 0


def _shortened(line: bytes, start: int) -> bytes:
    """The record with the beginning of its output, and the links and ids of the rest."""
    if line.find(b"pprov", start) >= 0 or (line.find(b"gent", start) >= 0 and _GATEWAY.search(line, start)):
        return line
    cut = _boundary(line, start + _KEPT)
    holds = line.rfind(b"://", cut) >= 0 or _ID.search(line, cut)
    found = list(dict.fromkeys(_FOUND.findall(line, cut)))[:_MOST_LINKS] if holds else []
    rest = b"".join(b"\\n" + one for one in found)
    return line[:cut] + b"\\u2026 (%d bytes)" % (len(line) - cut) + rest + b'"}}'


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
