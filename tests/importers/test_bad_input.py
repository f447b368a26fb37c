"""Recordings as they lie around when something went wrong: each is named with its place, and the rest is judged."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tracemalloc
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import zstandard
from judging import FIXTURES, read_all, read_one, verdicts

from agentport_harness import loaders
from agentport_harness.cli.main import main
from agentport_harness.core.importer import Problem
from agentport_harness.core.trace import Trace
from agentport_harness.importers.otel_genai import OTEL_GENAI

WATCHED = """
import sys
from agentport_harness.cli.main import main
code = main(sys.argv[1:])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""
CODEX = FIXTURES / "codex" / "placeholder-url-direct-tools-0.169.jsonl"
WHOLE = CODEX.read_bytes()
LINES = WHOLE.splitlines(keepends=True)


def written(folder: Path, data: bytes, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_cut_off_zstd_archive_is_read_as_far_as_it_goes_and_named(tmp_path: Path) -> None:
    noise = b"".join(b'{"type":"x%d","noise":"%s"}\n' % (n, os.urandom(300).hex().encode()) for n in range(1_000))
    packed = zstandard.compress(WHOLE + noise)
    traces, (problem,) = read_all(written(tmp_path, packed[: len(packed) // 2], "a.jsonl.zst"))
    assert (len(traces), problem.slug, problem.severity) == (1, "unreadable", "error")
    assert "cut off" in problem.message
    assert problem.line
    assert problem.line > len(LINES)


def test_a_small_archive_that_stands_for_much_is_read_piece_by_piece(tmp_path: Path) -> None:
    bomb = zstandard.compress(b"x" * 100_000_000)
    tracemalloc.start()
    _, problems = read_all(written(tmp_path, bomb, "a.jsonl.zst"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [problem.slug for problem in problems] == ["too-long"]
    assert peak < 150_000_000


@pytest.mark.parametrize(
    "path",
    [
        CODEX,
        FIXTURES / "claude-stream" / "placeholder-url-2.1.330.jsonl",
        FIXTURES / "codex-exec" / "placeholder-url-0.169.jsonl",
        FIXTURES / "opencode-events" / "placeholder-url-1.18.33.jsonl",
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_stream_that_was_written_as_one_array_is_read_with_its_places(
    path: Path, indent: int | None, tmp_path: Path
) -> None:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    text = json.dumps(records, indent=indent).replace("[", "[\n", 1)
    array = written(tmp_path, text.encode(), "a.json")
    trace, lines = read_one(array), read_one(path)
    assert {rule: verdict.status for rule, verdict in verdicts(trace).items()} == {
        rule: verdict.status for rule, verdict in verdicts(lines).items()
    }
    for event, same in zip(trace.events, lines.events, strict=True):
        assert event.place.pointer == f"/{(same.place.line or 0) - 1}{same.place.pointer}"
        assert event.place.line
    (finding,) = verdicts(trace)["AP102"].findings
    assert "/approve/{id}" in "\n".join(text.splitlines()[(finding.place.line or 0) - 1 :][:9])


def test_an_array_of_nothing_known_is_an_unknown_format(tmp_path: Path) -> None:
    _, (problem,) = read_all(written(tmp_path, b'[\n{"a": 1},\n{"b": 2}\n]', "a.json"))
    assert problem.slug == "unknown-format"


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_that_grows_while_it_is_read_is_judged_as_far_as_it_went_with_a_warning(
    whole: bool, tmp_path: Path
) -> None:
    path = written(tmp_path, WHOLE if whole else WHOLE[:-40])
    found = loaders.recordings([path])
    trace = next(item for item in found if isinstance(item, Trace))
    with path.open("ab") as file:
        file.write(LINES[-1])
    rest = [item for item in found if isinstance(item, Problem)]
    assert len(trace.events) >= 9
    assert {problem.severity for problem in rest} | {"warning"} == {"warning"}
    assert rest[-1].slug == "grows"
    assert rest[-1].line


def test_a_last_line_that_is_being_written_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, WHOLE[:-40])
    sizes = iter([1, 2, 2, 2])
    monkeypatch.setattr(loaders, "_size", lambda _source: next(sizes))
    traces, problems = read_all(path)
    assert len(traces) == 1
    assert [(problem.slug, problem.severity) for problem in problems] == [("cut-off", "warning"), ("grows", "warning")]


def test_two_sessions_written_into_one_are_told_by_the_clock(tmp_path: Path) -> None:
    def at(line: bytes, hour: int) -> bytes:
        return line.replace(b"2026-11-22T05:", b"2026-11-22T%02d:" % hour)

    other = [at(line, 9) for line in LINES]
    mixed = [line for pair in zip(LINES[:1] + LINES[6:], other[:1] + other[6:], strict=True) for line in pair[::-1]]
    traces, problems = read_all(written(tmp_path, b"".join(mixed[2:])))
    assert not problems
    (warning,) = (warning for trace in traces for warning in trace.warnings if "clock" in warning)
    assert "goes back by" in warning
    assert "in line" in warning


def test_two_sessions_written_into_one_are_told_by_their_threads_where_their_clocks_agree(tmp_path: Path) -> None:
    def lines_of(name: str) -> list[bytes]:
        lines = (FIXTURES / "codex" / name).read_bytes().splitlines(keepends=True)
        return [re.sub(rb'"timestamp": ?"[^"]*"', b'"timestamp":"2026-11-22T05:00:00.000Z"', line) for line in lines]

    one, other = lines_of("approved-0.150.jsonl"), lines_of("placeholder-url-0.150.jsonl")
    mixed = [line for pair in zip_longest(one, other, fillvalue=b"") for line in pair]
    traces, _ = read_all(written(tmp_path, b"".join(mixed)))
    (warning,) = (warning for trace in traces for warning in trace.warnings if "another session" in warning)
    assert json.loads(one[0])["payload"]["id"] in warning
    assert "in line" in warning
    traces, _ = read_all(written(tmp_path, b"".join(one + other)))
    assert not [warning for trace in traces for warning in trace.warnings if "another session" in warning]


def test_a_call_id_that_is_used_twice_is_told_with_its_line() -> None:
    def record(payload: dict[str, Any]) -> dict[str, Any]:
        return {"type": "response_item", "payload": payload}

    call = record({"type": "function_call", "name": "x", "arguments": "{}", "call_id": "c1"})
    importer = next(importer for importer in loaders.available() if importer.name == "codex")
    (trace,) = importer.read(enumerate([call, call, call], start=1), "x")
    assert isinstance(trace, Trace)
    assert trace.warnings == ("2 calls with the id of an earlier one, first in line 2",)


def test_spans_that_repeat_their_history_are_held_once() -> None:
    def span(number: int) -> Any:
        told = [{"role": "user", "parts": [{"type": "text", "content": f"{n} " + "x" * 1_000}]} for n in range(number)]
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(told), "other": "y" * 9_999}
        pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
        about = {"traceId": "t", "spanId": str(number), "startTimeUnixNano": str(number), "endTimeUnixNano": "9"}
        return {"resourceSpans": [{"scopeSpans": [{"spans": [{**about, "attributes": pairs}]}]}]}

    tracemalloc.start()
    (trace,) = OTEL_GENAI.read(((number, span(number)) for number in range(150)), "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(trace, Trace)
    assert len(trace.events) == 149
    assert peak < 4_000_000  # held whole, the spans are 11 MB


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (WHOLE[:-40], 2),
        (b"".join([*LINES[:5], b"garbage\n", *LINES[5:]]), 2),
        (WHOLE.decode().encode("utf-16"), 2),
        (b"", 2),
        (WHOLE, 1),
    ],
)
def test_what_could_not_be_read_leads_to_exit_code_2(
    data: bytes, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--format", "json", str(written(tmp_path, data))]) == code
    run = json.loads(capsys.readouterr().out)
    assert any(session.get("problem") for session in run["sessions"]) is (code == 2)


def test_a_session_with_unreadable_lines_among_its_own_says_that_it_is_not_whole(tmp_path: Path) -> None:
    traces, problems = read_all(written(tmp_path, b"".join([*LINES[:9], b"x\n", b"y\n", *LINES[9:], b"z\n"])))
    assert [problem.line for problem in problems] == [10, 11, len(LINES) + 3]
    (trace,) = traces
    assert trace.warnings == ("2 lines of it could not be read, first line 10: the verdicts are of the rest",)


def test_an_unreadable_line_between_sessions_is_none_of_theirs(tmp_path: Path) -> None:
    session = b'{"format": "agentport-trace/1", "events": [{"human": "hi"}, {"agent": "ho"}]}\n'
    traces, problems = read_all(written(tmp_path, session + b"x\n" + session))
    assert (len(traces), len(problems)) == (2, 1)
    assert not any(trace.warnings for trace in traces)


def test_a_folder_without_any_recording_is_no_clean_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, b'{"name": "x"}', "package.json")
    assert main(["check", str(tmp_path)]) == 2
    out = capsys.readouterr().out
    assert f"{tmp_path}: nothing there is a recording\n    hint: name other paths" in out
    assert out.splitlines()[-1].startswith("0 sessions, 1 not read, 1 passed over; verdicts: 0 pass")
    assert main(["check", "--to-trace", str(tmp_path)]) == 2
    assert "nothing there is a recording" in capsys.readouterr().err
    written(tmp_path, WHOLE)
    assert main(["check", str(tmp_path)]) == 1


@pytest.mark.slow
def test_a_line_of_200_megabytes_is_named_and_the_rest_is_judged_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.writelines(LINES[:5])
        file.write(b'{"type":"event_msg","payload":"')
        for _ in range(200):
            file.write(b"x" * 2**20)
        file.write(b'"}\n')
        file.writelines(LINES[5:])
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "check", "--format", "json", str(path)], capture_output=True, text=True,
        timeout=100, check=False,
    )  # fmt: skip
    run = json.loads(done.stdout)
    assert done.returncode == 2
    assert [session["problem"]["at"] for session in run["sessions"] if "problem" in session] == [f"{path}:6"]
    assert run["summary"]["fail"] == 1
    assert int(done.stderr.split()[-1]) < 150_000
