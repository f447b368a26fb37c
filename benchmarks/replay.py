"""Prints what replay costs: the suite's seconds, start-up times, and the overhead over the same bare MCP calls.

    python benchmarks/replay.py [--rounds 5]

Every ratio is of medians of interleaved rounds in this one run; machines differ, ratios less so.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import anyio

from agentport_harness.core.transcript import Act, Integration, ScriptedTool, Together, Transcript, TurnScript
from agentport_harness.runner.replay import ReplayOptions, replay
from agentport_harness.transports.agentport import signed_in
from agentport_harness.transports.embedded import Gateway, embedded_gateway
from agentport_harness.transports.mcp import connect
from agentport_harness.transports.upstream import scripted_upstreams

CALLS = 200
TOOL = ScriptedTool(name="add_note", mode="allow", text="kept")
COMMAND = [sys.executable, "-m", "agentport_harness"]


def timed(run: Callable[[], object]) -> float:
    """Seconds that a call took."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def process(arguments: list[str]) -> Callable[[], object]:
    """A process that is run to its end."""
    return lambda: subprocess.run(arguments, capture_output=True, check=True, timeout=120)  # noqa: S603 our own


def medians(rounds: int, **runs: Callable[[], object]) -> dict[str, float]:
    """The median seconds of each, the rounds interleaved."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            taken[name].append(timed(run))
    return {name: statistics.median(values) for name, values in taken.items()}


def transcript() -> Transcript:
    """One turn with many allowed calls."""
    call = {
        "integration_id": "${notes}",
        "tool_name": "add_note",
        "arguments": {"text": "hello"},
        "additional_info": "The user asked to keep the note.",
    }
    act = Act(kind="tool", name="agentport__call_tool", arguments=call, pointer="$")
    steps = tuple(Together(parts=(act,)) for _ in range(CALLS))
    return Transcript(
        path="benchmark",
        title="calls",
        integrations=(Integration(name="notes", tools=(TOOL,)),),
        turns=(TurnScript(human="Keep the notes.", steps=steps),),
        verdict=frozenset(),
    )


async def bare(gateway: Gateway) -> None:
    """The same calls by a client that does nothing else, with the same set-up."""
    async with (
        signed_in(gateway.base_url, gateway.human_email, gateway.human_password) as adapter,
        scripted_upstreams() as upstreams,
    ):
        url = upstreams.add("notes-bare", Integration(name="notes", tools=(TOOL,)), lambda _tool, _arguments: None)
        integration = await adapter.install("notes-bare", url)
        await adapter.set_mode(integration, "add_note", "allow")
        async with connect(gateway.mcp_url, gateway.api_key) as session:
            for _ in range(CALLS):
                arguments = {
                    "integration_id": integration,
                    "tool_name": "add_note",
                    "arguments": {"text": "hello"},
                    "additional_info": "The user asked to keep the note.",
                }
                await session.call("agentport__call_tool", arguments, timeout=30)
        await adapter.uninstall(integration)


async def overhead(rounds: int) -> tuple[float, float]:
    """Median seconds of replaying the calls, and of making them bare."""
    async with embedded_gateway() as gateway:
        options = ReplayOptions(gateway=gateway, jobs=1)

        def measure() -> dict[str, float]:
            return medians(
                rounds,
                replayed=lambda: replay([transcript()], (), options),
                bare=lambda: anyio.run(bare, gateway),
            )

        taken = await anyio.to_thread.run_sync(measure)
    return taken["replayed"], taken["bare"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder, "one.transcript.yaml")
        small.write_text(
            "format: agentport-transcript/1\ntitle: nothing\nintegrations: {notes: {add_note: {}}}\n"
            "turns: [{human: hello, agent: [{say: hello}]}]\nverdict: conforms\n",
            encoding="utf-8",
        )
        suite = medians(
            max(1, rounds // 2),
            suite=process([*COMMAND, "replay"]),
            start=process([*COMMAND, "replay", str(small)]),
        )
    starts = medians(
        rounds * 4,
        bare=process([sys.executable, "-c", "pass"]),
        version=process([*COMMAND, "--version"]),
        help=process([*COMMAND, "--help"]),
    )
    replayed, plain = anyio.run(overhead, rounds)
    rows = (
        ("the shipped suite", f"{suite['suite']:.2f} s", "aim 10 s"),
        ("  of which start-up (one transcript without calls)", f"{suite['start']:.2f} s", ""),
        ("--version over `python -c pass`", f"{starts['version'] / starts['bare']:.2f}x", "aim 3x"),
        ("--help over `python -c pass`", f"{starts['help'] / starts['bare']:.2f}x", "aim 20x"),
        (f"replay of {CALLS} calls over the same bare calls", f"{replayed / plain:.2f}x", "aim 1.3x"),
    )
    for name, value, aim in rows:
        print(f"{name:<55} {value:>8}  {aim}")  # noqa: T201 what the script is for


if __name__ == "__main__":
    main()
