"""Made recordings for measuring: Codex rollouts as 0.169 writes them, most of a session being work in a shell.

Sizes follow what such rollouts look like: encrypted reasoning, commands and their output (each told twice, as an item
and as what the model was given), token counts, and now and then a message. One session in four asks the gateway.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ASKING = 4
"""One session in so many uses the gateway."""
_START = 1_780_000_000.0
_TEXT = (
    "the parser reads each line of the file and keeps what it needs while tests in the folder check that nothing else "
    "changed; src/app/main.py imports config from settings and writes the result to stdout after the build is done"
)
_WORDS = _TEXT.split()


class _Rollout:
    """One session's lines."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)  # noqa: S311 the same corpus every time
        self.number = number
        self.session_id = f"{number:08x}-5a5a-76d3-9d3e-f80791c1cb25"
        self.time = _START + number * 3600.0
        self.lines: list[bytes] = []
        self.calls = 0

    def line(self, kind: str, payload: dict[str, Any]) -> None:
        from datetime import UTC, datetime

        self.time += 0.25
        stamp = datetime.fromtimestamp(self.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"timestamp": stamp, "ordinal": len(self.lines), "type": kind, "payload": payload}
        self.lines.append(json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def item(self, item: dict[str, Any]) -> None:
        moment = int(self.time * 1000)
        self.line("event_msg", {"type": "item_completed", "thread_id": self.session_id, "turn_id": "u", "item": item,
                                "started_at_ms": moment, "completed_at_ms": moment + 5})  # fmt: skip

    def text(self, size: int) -> str:
        words = self.chance.choices(_WORDS, k=max(1, size // 6))
        return " ".join(words) if size < 200 else "\n".join(
            " ".join(words[at : at + 12]) for at in range(0, len(words), 12)
        )  # fmt: skip

    def human(self, text: str) -> None:
        self.line("response_item", {"type": "message", "id": "m", "role": "user",
                                    "content": [{"type": "input_text", "text": text}],
                                    "internal_chat_message_metadata_passthrough": {
                                        "content_item_kinds": ["user.text"]}})  # fmt: skip
        self.item({"type": "UserMessage", "id": "m", "content": [{"type": "text", "text": text, "text_elements": []}]})

    def agent(self, text: str) -> None:
        self.item({"type": "AgentMessage", "id": "m", "content": [{"type": "Text", "text": text}], "phase": "x"})
        self.line("response_item", {"type": "message", "status": "completed", "id": "m", "role": "assistant",
                                    "content": [{"type": "output_text", "text": text, "annotations": []}]})  # fmt: skip

    def counted(self) -> None:
        names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens")
        usage = {name: self.chance.randrange(90_000) for name in names}
        self.line("event_msg", {"type": "token_count", "info": {"total_token_usage": usage, "last_token_usage": usage,
                  "model_context_window": 258400}, "rate_limits": {"primary": {"used_percent": 7.0,
                  "window_minutes": 300, "resets_at": 1780000000}, "secondary": None}})  # fmt: skip

    def reason(self) -> None:
        cipher = base64.b64encode(self.chance.randbytes(self.chance.randrange(500, 2500))).decode()
        self.line("response_item", {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": cipher})

    def command(self) -> None:
        self.calls += 1
        call_id = f"call_{self.calls:08x}"
        command = f"cd src && grep -rn '{self.chance.choice(_WORDS)}' . | head -{self.chance.randrange(99)}"
        output = self.text(min(20_000, int(self.chance.lognormvariate(7.4, 1.1))))
        self.line("response_item", {"type": "function_call", "status": "completed", "id": "f", "name": "exec_command",
                  "arguments": json.dumps({"cmd": command, "yield_time_ms": 1000}), "call_id": call_id})  # fmt: skip
        self.item({"type": "CommandExecution", "id": call_id, "command": ["bash", "-lc", command], "cwd": "/src",
                   "status": "completed", "exit_code": 0, "aggregated_output": output})  # fmt: skip
        head = "Chunk ID: 1a2b3c\nWall time: 0.0512 seconds\nProcess exited with code 0\nOutput:\n"
        self.line("response_item", {"type": "function_call_output", "id": "o", "call_id": call_id,
                                    "output": head + output})  # fmt: skip

    def gateway(self, tool: str, arguments: dict[str, Any], answer: str) -> None:
        self.calls += 1
        call_id = f"call_{self.calls:08x}"
        name = f"agentport__{tool}"
        self.line("response_item", {"type": "function_call", "status": "completed", "id": "f", "name": name,
                  "namespace": "mcp__agentport", "arguments": json.dumps(arguments), "call_id": call_id})  # fmt: skip
        self.item({"type": "McpToolCall", "id": call_id, "server": "agentport", "tool": name, "arguments": arguments,
                   "status": "completed", "result": {"content": [{"type": "text", "text": answer}]}})  # fmt: skip
        self.line("response_item", {"type": "function_call_output", "id": "o", "call_id": call_id, "output": [
                  {"type": "input_text", "text": "Wall time: 0.0046 seconds\nOutput:"},
                  {"type": "input_text", "text": answer}]})  # fmt: skip

    def refund(self) -> None:
        """One request to the gateway that a human has to approve, and does."""
        order = self.number * 100 + self.calls
        request = f"{order:08x}-4102-4c19-9e57-e12872160d40"
        url = f"http://gw.example/approve/{request}"
        about = f"Refund of 19.99 EUR for order {order}, which was charged twice"
        given = {"order": order, "amount": 1999}
        call = {"integration_id": "stripe", "tool_name": "create_refund", "arguments": given, "additional_info": about}
        schema = {"name": "create_refund", "inputSchema": {"type": "object", "properties": {
            "order": {"type": "integer"}, "amount": {"type": "integer"}}}}  # fmt: skip
        which = {"integration_id": "stripe", "tool_name": "create_refund"}
        self.gateway("describe_tool", which, json.dumps(schema))
        self.gateway("call_tool", call, "This tool was marked by a human as needing approval. Share this URL with a "
                     f'human: {url}\n\nThen call agentport__await_approval(request_id="{request}").')  # fmt: skip
        self.agent(f"To refund 19.99 EUR for order {order}, which was charged twice, please decide here: {url}")
        self.gateway("await_approval", {"request_id": request}, '{"status": "succeeded"}')
        self.agent(f"The refund of 19.99 EUR for order {order} went through.")


def rollout(number: int, steps: int = 40) -> bytes:
    """One session, the same for the same number; ``steps`` are answers of the model."""
    told = _Rollout(number)
    told.line("session_meta", {"id": told.session_id, "cwd": "/home/user/project",
                               "cli_version": "0.169.0", "instructions": told.text(3000)})  # fmt: skip
    told.line("turn_context", {"cwd": "/home/user/project", "model": "m", "summary": "none"})
    told.human("Refund the order that was charged twice, then look at the failing test.")
    for step in range(steps):
        told.reason()
        told.command()
        told.counted()
        if step % 8 == 3:
            told.agent(told.text(300))
        if number % ASKING == 0 and step % 20 == 10:
            told.refund()
        if step % 20 == 19:
            told.agent(told.text(600))
            told.line("event_msg", {"type": "task_complete", "turn_id": "u", "duration_ms": 2129})
            if step + 1 < steps:
                told.human("Go on with the next one.")
    return b"".join(told.lines)


def written(folder: Path, megabytes: float, *, steps: int = 40) -> Iterator[Path]:
    """Rollouts in a folder, a day to a sub-folder, of that many megabytes in all."""
    size, number = 0, 0
    while size < megabytes * 1e6:
        path = folder / f"{number // 200:04d}" / f"rollout-{number:08d}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = rollout(number, steps)
        path.write_bytes(data)
        size, number = size + len(data), number + 1
        yield path
