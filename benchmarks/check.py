"""Print how fast recordings are judged: ratios to floors and peers on the same sessions, all measured in one run.

python -m benchmarks.check [--megabytes 20] [--most-events 10000] [--peers PYTHON]

The floor parses each line with orjson and drops the result. PYTHON is one with `agentevals` and `inspect-ai` installed,
in an environment of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import orjson

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.loaders import recordings
from agentport_harness.runner.check import Settings, judged_one_by_one, reports
from agentport_harness.runner.parallel import judged
from agentport_harness.sources import find
from benchmarks.corpus import rollout, written

ROUNDS = 5


def say(name: str, figure: str, aim: str = "") -> None:
    """One line of the table, at once."""
    sys.stdout.write(f"| {name} | {figure} | {aim} |\n")
    sys.stdout.flush()


def least(*works: Callable[[], object]) -> list[float]:
    """The processor seconds that each takes at best, measured in turns."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for index, work in enumerate(works):
            started = time.process_time()
            work()
            best[index] = min(best[index], time.process_time() - started)
    return best


def floor(files: Sequence[Path]) -> None:
    """Every line parsed, nothing kept."""
    for path in files:
        with path.open("rb") as file:
            for line in file:
                orjson.loads(line)


def against_floor(files: Sequence[Path], megabytes: float) -> float:
    """Prints reading and judging against the floor. Returns the seconds to judge one session."""

    def read() -> None:
        for _ in recordings(files):
            pass

    def judge() -> None:
        for path in files:
            for _ in reports(path):
                pass

    judge()  # patterns are compiled once
    bare, reading, judging = least(lambda: floor(files), read, judge)
    say("floor: `orjson.loads` of each line", f"{megabytes / bare:,.0f} MB/s")
    say("read", f"{reading / bare:.1f}× the floor")
    say("read and judge", f"{judging / bare:.1f}× the floor, {megabytes / judging:,.0f} MB/s", "≤ 3×")
    return judging / len(files)


def against_one(folder: Path) -> None:
    """Prints the speed-up from two processes, once they are up, and what of the processors' time it costs."""

    def rest(sessions: Iterator[object]) -> float:
        for _ in range(16):
            next(sessions)
        started = time.perf_counter()
        left = sum(1 for _ in sessions)
        return (time.perf_counter() - started) / left

    def two() -> float:
        with judged(find([str(folder)] * 2), Settings(), 2) as sessions:
            started = time.process_time()
            took = rest(sessions)
            parents.append((time.process_time() - started) / 2 / len(list(folder.rglob("*.jsonl"))))
            return took

    parents: list[float] = []
    pairs = [(rest(judged_one_by_one(find([str(folder)]), Settings())), two()) for _ in range(3)]
    gained = max(alone / both for alone, both in pairs)
    say("two processes (`--jobs 2`) against one", f"{gained:.2f}×, best of three, on {os.cpu_count()} cores", "≥ 1.8×")
    say("what the parent process does for a session", f"{min(parents) * 1000:.2f} ms")


def memory(folder: Path, megabytes: float) -> None:
    """Prints the peak memory of the command over a folder, and over its first tenth."""
    few = sorted(folder.rglob("*.jsonl"))
    peaks = [_peak([str(folder)]), _peak(list(map(str, few[: max(1, len(few) // 10)])))]
    say(
        f"peak memory, {megabytes:,.0f} MB of recordings", f"{peaks[0]:.0f} MB ({peaks[1]:.0f} MB for a tenth)", "≤ 150"
    )


_WATCHED = """
import sys
from agentport_harness.cli.main import main
main(["check", *sys.argv[1:]])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


def _peak(paths: Sequence[str]) -> float:
    """Megabytes that the command held at most, as it reads them itself: a parent's would count what it forked from."""
    command = [sys.executable, "-c", _WATCHED, "--format", f"jsonl={os.devnull}", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 this project's own command
    return float(done.stderr.split()[-1]) / 1000


def growth(folder: Path, most: int) -> None:
    """Prints the time for one session as it grows: ten times the events should take about ten times as long."""
    before = 0.0
    for events in (size for size in (100, 1_000, 10_000, 100_000) if size <= most):
        path = folder / f"{events}.jsonl"
        path.write_bytes(rollout(4, max(20, round(events / 2.75))))
        count = sum(len(trace.events) for trace in recordings([path]) if isinstance(trace, Trace))
        started = time.process_time()
        for _ in range(rounds := max(1, 2_000 // events)):
            list(reports(path))
        took = (time.process_time() - started) / rounds
        say(f"one session of {count:,} events", f"{took * 1000:,.1f} ms, {took / count * 1e6:.0f} µs an event")
        before = before or took / count
        path.unlink()


def against_peers(python: str, files: Sequence[Path], seconds: float, folder: Path) -> None:
    """Prints what peers take for the same sessions; one that is not installed is passed over, with the reason."""
    data = folder / "messages.jsonl"
    with data.open("w") as file:
        for path in files:
            for trace in recordings([path]):
                if isinstance(trace, Trace):
                    file.write(json.dumps(list(_messages(trace))) + "\n")
    names = {"agentevals": "agentevals, strict trajectory match", "inspect": "Inspect, reading its log"}
    for peer, name in names.items():
        command = [python, str(Path(__file__).with_name("peers.py")), peer, str(data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603
        if done.returncode:
            say(name, f"skipped: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}", "≥ 10×")
        else:
            theirs = float(done.stdout)
            say(name, f"{theirs * 1000:.2f} ms a session, {theirs / seconds:.1f}× ours", "≥ 10×")


def _messages(trace: Trace) -> Iterator[dict[str, object]]:
    """The session as chat messages, which both peers take."""
    for event in trace.events:
        if isinstance(event, HumanMessage):
            yield {"role": "user", "content": event.text}
        elif isinstance(event, AgentMessage):
            yield {"role": "assistant", "content": event.text}
        elif isinstance(event, ToolCall):
            function = {"name": event.tool, "arguments": json.dumps(event.arguments)}
            call = {"id": event.call_id, "type": "function", "function": function}
            yield {"role": "assistant", "content": "", "tool_calls": [call]}
        elif isinstance(event, ToolResult):
            yield {"role": "tool", "tool_call_id": event.call_id, "content": event.text}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--most-events", type=int, default=10_000)
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "corpus")
        files = list(written(folder, options.megabytes))
        measured = files[: max(20, round(20 / options.megabytes * len(files)))]
        size = sum(path.stat().st_size for path in measured) / 1e6
        sys.stdout.write("| measure | figure | aim |\n|---|---|---|\n")
        seconds = against_floor(measured, size)
        against_one(folder)
        memory(folder, options.megabytes)
        growth(Path(name), options.most_events)
        against_peers(options.peers, measured, seconds, Path(name))


if __name__ == "__main__":
    main()
