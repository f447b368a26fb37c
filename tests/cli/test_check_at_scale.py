"""`check` on many recordings: several processes, reports as they come, and a summary that stays readable."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentport_harness.cli.main import main
from agentport_harness.core.report import SessionReport
from agentport_harness.runner import parallel
from agentport_harness.runner.check import Settings, check_recording, judged_one_by_one
from agentport_harness.runner.parallel import judged
from agentport_harness.sources import find

FIXTURES = Path(__file__).parents[1] / "fixtures" / "importers"
COMMAND = [sys.executable, "-m", "agentport_harness", "check"]
TRACE = '{"format": "agentport-trace/1", "session_id": "%d", "events": [{"human": "hi"}]}\n'
FAULT = (
    '{"format": "agentport-trace/1", "session_id": "%d", "events": [{"call": "agentport__call_tool", "id": "1", '
    '"time": %d, "arguments": {"integration_id": "x", "tool_name": "y", "arguments": {}}}, {"result": "1", "text": '
    '"Approval required: http://gw.example/approve/54457586-4102-4c19-9e57-e12872160d40"}, {"agent": "Done."}, '
    '{"turn_end": true}]}\n'
)


def reports(paths: list[str], jobs: int, settings: Settings | None = None) -> list[SessionReport]:
    with judged(find(paths), settings or Settings(), jobs) as sessions:
        return list(sessions)


def test_several_processes_say_the_same_in_the_same_order(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text("".join(TRACE % number for number in range(300)))
    paths = [str(FIXTURES), str(tmp_path / "missing"), str(tmp_path / "many.jsonl"), str(FIXTURES / "codex")]
    settings = Settings(traces=True)
    alone = list(judged_one_by_one(find(paths), settings))
    assert len(alone) > 300
    assert reports(paths, 2, settings) == alone


def test_a_recording_that_a_process_dies_on_is_judged_by_another_and_nothing_is_lost_or_said_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process is killed once it has delivered something, while the parent reads from it."""
    path = tmp_path / "many.jsonl"
    path.write_text("".join(TRACE % number for number in range(400)))
    killed: list[int] = []
    wait = parallel.wait

    def killing(pipes: list[object]) -> list[object]:
        ready = wait(pipes)
        if not killed and pool and pool[0].workers[0].tasks and pool[0].workers[0].tasks[0].received:
            pid = pool[0].workers[0].process.pid
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        return ready

    pool: list[parallel._Pool] = []
    made = parallel._Pool.__init__

    def remembered(self: parallel._Pool, settings: Settings, jobs: int) -> None:
        made(self, settings, jobs)
        pool.append(self)

    monkeypatch.setattr(parallel, "wait", killing)
    monkeypatch.setattr(parallel._Pool, "__init__", remembered)
    found = reports([str(path), str(FIXTURES / "codex")], 1)
    assert killed
    assert [report.session_id for report in found[:400]] == [str(number) for number in range(400)]
    assert found[400:] == list(judged_one_by_one(find([str(FIXTURES / "codex")]), Settings()))


def test_a_recording_that_kills_two_processes_is_a_fault_and_the_others_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    added = parallel._Worker.add

    def add(self: parallel._Worker, task: parallel._Task) -> None:
        if task.source is not None and "codex-exec" in task.source.name:
            self.process.kill()
        added(self, task)

    monkeypatch.setattr(parallel._Worker, "add", add)
    deadly = str(FIXTURES / "codex-exec" / "approved-0.169.jsonl")
    fine = str(FIXTURES / "atif")
    first, *others = reports([deadly, fine], 1)
    assert first.problem is not None
    assert (first.problem.exit_code, first.problem.at) == (4, deadly)
    assert others == list(judged_one_by_one(find([fine]), Settings()))


def test_the_command_judges_in_several_processes_and_ends_them(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(FIXTURES / "codex")
    assert main(["check", "--jobs", "2", "--format", "json", path]) == 1
    several = json.loads(capsys.readouterr().out)
    assert main(["check", "--format", "json", path]) == 1
    assert json.loads(capsys.readouterr().out) == several


@pytest.fixture
def endless() -> Iterator[subprocess.Popen[str]]:
    """A command that reads from a pipe which stays open."""
    process = subprocess.Popen(
        [*COMMAND, "--format", "jsonl", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    with process:
        yield process
        process.kill()


def test_lines_of_sessions_come_while_the_recording_is_still_being_written(endless: subprocess.Popen[str]) -> None:
    assert endless.stdin
    assert endless.stdout
    endless.stdin.write("".join(TRACE % number for number in range(150)))
    endless.stdin.flush()
    assert json.loads(endless.stdout.readline())["session_id"] == "0"
    endless.stdin.write("nonsense\n")
    endless.stdin.close()
    out = endless.stdout.read()
    assert len(out.splitlines()) == 151
    assert json.loads(out.splitlines()[-1])["summary"]["sessions"] == 151
    assert endless.wait(60) == 2


def test_an_interrupted_run_ends_with_130_and_leaves_no_process_behind(tmp_path: Path) -> None:
    fifo = tmp_path / "never.jsonl"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [*COMMAND, "--jobs", "2", "--format", "jsonl", str(FIXTURES / "codex"), str(fifo)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        for _ in range(7):
            assert process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
        process.stdout.read()
        err = process.stderr.read()  # both end when no process is left that could write to them
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_long_run_is_summed_up_by_rule_source_and_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day in range(3):
        lines = [FAULT % (number, 1_780_000_000 + day * 86_400) for number in range(100 * (day + 1))]
        (tmp_path / f"{day}.jsonl").write_text("".join([*lines, TRACE % 1]))
    (tmp_path / "broken.jsonl").write_text("nonsense\n")
    assert main(["check", str(tmp_path)]) == 2
    out = capsys.readouterr().out
    assert len(out.splitlines()) < 500
    assert "AP101 share-approval-url (MUST): 600 sessions (99.5%), 600 findings" in out
    assert f"in 300 of 301 sessions  {tmp_path / '2.jsonl'}" in out
    assert f"       1  Expected JSON\n          at {tmp_path / 'broken.jsonl'}:1\n          hint: every line" in out
    assert "  2026-05-29 100.0% " in out
    assert out.splitlines()[-1].startswith("603 sessions, 1 not read; verdicts: ")


def test_every_other_report_of_a_long_run_holds_every_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_text("".join(FAULT % (number, 1) for number in range(250)))
    html = tmp_path / "report.html"
    assert main(["check", "--format", "json", "--format", f"html={html}", str(tmp_path / "a.jsonl")]) == 1
    assert len(json.loads(capsys.readouterr().out)["sessions"]) == 250
    assert html.read_text().count("<article") < 70


def test_a_stream_that_cannot_be_written_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "no" / "such"
    assert main(["check", "--format", f"jsonl={target}", str(FIXTURES / "atif")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_one_call_judges_one_recording(tmp_path: Path) -> None:
    (report,) = check_recording(FIXTURES / "codex" / "placeholder-url-0.135.jsonl", Settings(select=("AP102",)))
    assert report.broken() == ("AP102",)
    assert report.trace is None
    assert report.began is not None
    assert {verdict.status for verdict in report.verdicts} == {"fail", "skipped"}


def test_a_long_run_in_which_nothing_is_wrong_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_text("".join(TRACE % number for number in range(250)))
    assert main(["check", str(tmp_path / "a.jsonl")]) == 0
    assert capsys.readouterr().out.startswith("250 sessions; verdicts: ")
