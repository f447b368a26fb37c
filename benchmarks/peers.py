"""Seconds that a peer takes for a session, for `benchmarks.check`: python peers.py agentevals|inspect MESSAGES.

Runs in the peer's own environment, and imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 3


def agentevals(sessions: list[list[dict[str, Any]]]) -> float:
    """Each session matched against itself: the whole work of a strict match, and no early end."""
    from agentevals.trajectory.match import create_trajectory_match_evaluator

    evaluator = create_trajectory_match_evaluator(trajectory_match_mode="strict")
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for messages in sessions:
            evaluator(outputs=messages, reference_outputs=messages)
        best = min(best, time.process_time() - started)
    return best / len(sessions)


def inspect(sessions: list[list[dict[str, Any]]]) -> float:
    """One log that holds every session as a sample, as Inspect writes it, read as Inspect reads it."""
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, read_eval_log, write_eval_log
    from inspect_ai.model import (
        ChatMessageAssistant,
        ChatMessageTool,
        ChatMessageUser,
        ModelOutput,
    )
    from inspect_ai.tool import ToolCall

    def message(told: dict[str, Any]) -> Any:
        if told["role"] == "user":
            return ChatMessageUser(content=told["content"])
        if told["role"] == "tool":
            return ChatMessageTool(content=told["content"], tool_call_id=told["tool_call_id"])
        calls = [
            ToolCall(
                id=call["id"], function=call["function"]["name"], arguments={"given": call["function"]["arguments"]}
            )
            for call in told.get("tool_calls", ())
        ]
        return ChatMessageAssistant(content=told["content"], tool_calls=calls or None)

    samples = [
        EvalSample(
            id=number, epoch=1, input="x", target="x", messages=[message(told) for told in messages],
            output=ModelOutput(),
        )
        for number, messages in enumerate(sessions)
    ]  # fmt: skip
    spec = EvalSpec(
        created="2026-01-01T00:00:00+00:00", task="t", dataset=EvalDataset(), model="m", config=EvalConfig()
    )
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "log.eval"))
        write_eval_log(EvalLog(status="success", eval=spec, samples=samples), path)
        best = float("inf")
        for _ in range(ROUNDS):
            started = time.process_time()
            read_eval_log(path)
            best = min(best, time.process_time() - started)
    return best / len(sessions)


def main() -> None:
    """Print the seconds."""
    peer, path = sys.argv[1:]
    sessions = [json.loads(line) for line in Path(path).read_text().splitlines()]
    sys.stdout.write(str({"agentevals": agentevals, "inspect": inspect}[peer](sessions)))


if __name__ == "__main__":
    main()
