"""Print how fast recordings are judged: ratios to floors and peers on the same sessions, all measured in one run.

python -m benchmarks.check [--megabytes 60] [--most-events 10000] [--peers PYTHON]

The floor parses each line with orjson and drops the result. PYTHON is one with `agentevals` and `inspect-ai` installed,
in an environment of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import orjson

from agentport_harness.core.trace import AgentMessage, HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.loaders import recordings
from agentport_harness.runner.check import Settings, judged_one_by_one, look_for_garbage_seldom, reports
from agentport_harness.runner.parallel import judged
from agentport_harness.sources import find
from benchmarks.corpus import ASKING, rollout, written

ROUNDS = 5
_WARM = 8
_FEW, _MANY = 2, 8


def say(name: str, figure: str, aim: str = "") -> None:
    """One line of the table, at once."""
    sys.stdout.write(f"| {name} | {figure} | {aim} |\n")
    sys.stdout.flush()


def floor(files: Sequence[Path]) -> None:
    """Every line parsed, nothing kept."""
    for path in files:
        with path.open("rb") as file:
            for line in file:
                orjson.loads(line)


def read(files: Sequence[Path]) -> None:
    """Every session read, none judged."""
    for _ in recordings(files):
        pass


def judge(files: Sequence[Path]) -> None:
    """Every session read and judged."""
    for path in files:
        for _ in reports(path):
            pass


def against_floor(files: Sequence[Path]) -> float:
    """Prints reading and judging against the floor. Returns the seconds to judge one session.

    Each round judges sessions that were not judged before: nothing that was kept of a text is met again.
    """
    look_for_garbage_seldom()  # as the command does
    warm, files = files[:_WARM], files[_WARM:]
    judge(warm)  # patterns are compiled once, and the library of credentials is loaded
    took: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        part = files[number::ROUNDS]
        asking = [path for path in part if int(path.stem.rpartition("-")[2]) % ASKING == 0]
        others = [path for path in part if path not in asking]
        floor(part)  # from here on the files are in memory
        for name, work, on in (
            ("floor", floor, part), ("read", read, part), ("asking", judge, asking), ("others", judge, others),
        ):  # fmt: skip
            started = time.process_time()
            work(on)
            took.setdefault(name, []).append((time.process_time() - started) / len(on))
    size = sum(path.stat().st_size for path in files) / len(files) / 1e6
    bare, reading, asked, other = (min(took[name]) for name in ("floor", "read", "asking", "others"))
    judging = (asked + (ASKING - 1) * other) / ASKING
    say("floor: `orjson.loads` of each line", f"{size / bare:,.0f} MB/s")
    say("read in full", f"{reading / bare:.1f}× the floor")
    say("read and judge", f"{judging / bare:.1f}× the floor, {size / judging:,.0f} MB/s", "≤ 3×")
    say("- of it sessions that never use the gateway", f"{other / bare:.1f}×, {other * 1000:.2f} ms a session")
    say("- of it sessions that use it", f"{asked / bare:.1f}×, {asked * 1000:.2f} ms a session")
    return judging


def against_one(folder: Path) -> None:
    """Prints the speed-up from two processes, and what of the processors' time it costs.

    Both are of what a run takes for more recordings than another: what starting costs is in neither. The second figure
    is what two cores would give that nobody else uses: it does not depend on who else does.
    """

    def more(jobs: int) -> tuple[float, float, float]:
        few, many = (_taken([str(folder)] * times, jobs) for times in (_FEW, _MANY))
        wall, own, all_ = (later - sooner for later, sooner in zip(many, few, strict=True))
        return wall, own, all_

    pairs = [(more(1), more(2)) for _ in range(3)]
    gained = median(alone[0] / both[0] for alone, both in pairs)
    shared = median(2 * alone[2] / both[2] for alone, both in pairs)
    sessions = sum(1 for _ in folder.rglob("*.jsonl")) * (_MANY - _FEW)
    own = min(both[1] for _, both in pairs) / sessions
    say("two processes (`--jobs 2`) against one, wall clock", f"{gained:.2f}×", "≥ 1.8×")
    say("- by processor time, were two cores free", f"{shared:.2f}×", "≥ 1.8×")
    say("- what the parent process does for a session", f"{own * 1000:.2f} ms")


def _taken(paths: Sequence[str], jobs: int) -> tuple[float, float, float]:
    """Seconds of a whole run: by the clock, of this process, and of it and its children together."""
    started = time.perf_counter(), time.process_time(), _of_children()
    if jobs == 1:
        for _ in judged_one_by_one(find(paths), Settings()):
            pass
    else:
        with judged(find(paths), Settings(), jobs) as sessions:
            for _ in sessions:
                pass
    ended = time.perf_counter(), time.process_time(), _of_children()
    wall, own, children = (stop - start for start, stop in zip(started, ended, strict=True))
    return wall, own, own + children


def _of_children() -> float:
    """The processor seconds that this process's children used which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
                    file.write(json.dumps(list(_messages(trace, _printed(path)))) + "\n")
    names = {"agentevals": "agentevals, strict trajectory match", "inspect": "Inspect, reading its log"}
    for peer, name in names.items():
        command = [python, str(Path(__file__).with_name("peers.py")), peer, str(data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603
        if done.returncode:
            say(name, f"skipped: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}", "≥ 10×")
        else:
            theirs = float(done.stdout)
            say(name, f"{theirs * 1000:.2f} ms a session, {theirs / seconds:.1f}× ours", "≥ 10×")


def _messages(trace: Trace, printed: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """The session as chat messages, which both peers take, with all that was printed."""
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
            yield {"role": "tool", "tool_call_id": event.call_id, "content": printed.get(event.call_id, event.text)}


def _printed(path: Path) -> dict[str, str]:
    """What every command of a rollout printed, by the id of its call."""
    payloads = [json.loads(line)["payload"] for line in path.read_bytes().splitlines()]
    outputs = [payload for payload in payloads if payload.get("type") == "function_call_output"]
    return {payload["call_id"]: payload["output"] for payload in outputs if isinstance(payload["output"], str)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=60)
    parser.add_argument("--most-events", type=int, default=10_000)
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "corpus")
        files = list(written(folder, options.megabytes))
        measured = files[: max(48, round(60 / options.megabytes * len(files)))]
        sys.stdout.write("| measure | figure | aim |\n|---|---|---|\n")
        seconds = against_floor(measured)
        against_one(folder)
        memory(folder, options.megabytes)
        growth(Path(name), options.most_events)
        against_peers(options.peers, measured[:48], seconds, Path(name))


if __name__ == "__main__":
    main()
