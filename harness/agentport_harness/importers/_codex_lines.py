"""Lines of a rollout on their way to values: most of a rollout is reasoning, counts, and what commands printed.

A line is read as far as its kind first; the rest of it is only checked to be JSON. Lines of kinds that say nothing to
any rule go no further, nor do those that tell once more what an unrelated command printed. What is not read so is left
to the general parser, to be read or complained of.
"""

from __future__ import annotations

from typing import Final

import msgspec

from agentport_harness.core.importer import NOTHING
from agentport_harness.core.json_values import JSON, parsed, strings_in
from agentport_harness.importers._foreign import may_concern, shortened
from agentport_harness.parsing import parse_json

TOLD: Final = frozenset({"response_item", "event_msg"})
PASSED_OVER: Final = frozenset({
    "turn_context", "world_state", "compacted", "token_usage_record", "reasoning", "ghost_snapshot", "compaction",
    "context_compaction", "additional_tools", "image_generation_call", "agent_message_delta", "agent_reasoning",
    "agent_reasoning_raw_content", "agent_reasoning_section_break", "token_count", "task_started", "turn_started",
    "thread_settings_applied", "thread_name_updated", "context_compacted", "thread_rolled_back",
    "entered_review_mode", "exited_review_mode", "error", "warning", "stream_error", "background_event", "turn_diff",
    "plan_update", "patch_apply_begin", "patch_apply_end", "view_image_tool_call", "web_search_begin",
    "web_search_end", "mcp_tool_call_begin", "exec_command_begin", "undo_completed", "item_started",
    "deprecation_notice", "model_reroute", "mcp_startup_update", "Reasoning", "WebSearch", "FileChange", "ImageView",
    "Plan", "ContextCompaction", "ImageGeneration", "HookPrompt", "EnteredReviewMode", "ExitedReviewMode",
    "collab_agent_spawn_begin", "collab_agent_spawn_end", "collab_waiting_begin", "collab_waiting_end",
    "collab_close_begin", "collab_close_end", "CollabAgentToolCall",
})  # fmt: skip
"""Kinds that say nothing which a rule could use: of lines, and (in those that are `TOLD`) of what they tell."""
_LONG = 2_000
"""Characters of an output that is shortened as it is read, which spares the rest of the way."""
SHELLS = frozenset({"exec_command", "shell", "shell_command", "unified_exec", "container.exec"})
_ENDS = frozenset({"exec_command_end", "CommandExecution"})


_ABSENT: Final = msgspec.Raw()


class _Item(msgspec.Struct, gc=False):
    type: str = ""
    id: str = ""


class Payload(msgspec.Struct, gc=False):
    """What a line tells, as far as its kind has to be known and its call read."""

    type: str = ""
    call_id: str = ""
    name: str = ""
    namespace: str | None = None
    arguments: str | None = None
    output: msgspec.Raw = _ABSENT
    item: _Item | None = None


class Line(msgspec.Struct, gc=False):
    """A line of a rollout."""

    payload: Payload
    type: str = ""
    timestamp: str = ""


_line: Final = msgspec.json.Decoder(Line).decode
_value: Final = msgspec.json.Decoder().decode


class RolloutLines:
    """Reads the lines of one rollout: give them in order."""

    def __init__(self) -> None:
        self._other: set[str] = set()

    def __call__(self, line: bytes) -> JSON:
        """The line's value, `NOTHING` where no rule could use it. Raises `UnparsableError`."""
        try:
            told = _line(line)
            payload = told.payload
            kind = payload.type
            item = payload.item
            if kind == "item_completed" and item is not None:
                kind = item.type
            if (kind if told.type in TOLD else told.type) in PASSED_OVER:
                return NOTHING
            if kind == "function_call_output" and payload.output is not _ABSENT:
                return self._output(told, payload)
            if kind == "function_call" and payload.arguments is not None and payload.call_id:
                return self._call(told, payload)
            if kind in _ENDS and (item.id if item else payload.call_id) in self._other:
                return NOTHING  # the same as in the output that the model was given
            return self._whole(told, line)
        except (ValueError, RecursionError):
            return parse_json(line)  # no record of a shape that is known, and what is wrong with it is told there

    def _whole(self, told: Line, line: bytes) -> JSON:  # noqa: ARG002 what is known of it already
        return parse_json(line)

    def _output(self, told: Line, payload: Payload) -> JSON:
        output = _value(payload.output)
        if isinstance(output, str) and len(output) > _LONG and payload.call_id in self._other:
            output = shortened(output, _LONG)
        return {
            "timestamp": told.timestamp,
            "type": told.type,
            "payload": {"type": payload.type, "call_id": payload.call_id, "output": output},
        }

    def _call(self, told: Line, payload: Payload) -> JSON:
        given = payload.arguments or ""
        if payload.name in SHELLS and not may_concern(unescaped(given)):
            self._other.add(payload.call_id)
        called = {"type": payload.type, "call_id": payload.call_id, "name": payload.name, "arguments": given}
        if payload.namespace:
            called["namespace"] = payload.namespace
        return {"timestamp": told.timestamp, "type": told.type, "payload": called}


def unescaped(arguments: str) -> str:
    r"""The words of a call's arguments, a text of JSON: in ``{"cmd": "cd x\nap"}`` none of them is ``nap``."""
    return ("\n".join(strings_in(parsed(arguments))) or arguments) if "\\" in arguments else arguments
