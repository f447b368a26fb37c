"""`check` over storage and clusters: URLs, a Dask cluster that loses a worker, findings as Parquet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from agentport_harness.cli.main import main
from agentport_harness.core.report import SessionReport
from agentport_harness.core.trace import Place
from agentport_harness.runner import fleet
from agentport_harness.runner.check import Settings, judged_one_by_one
from agentport_harness.sources import find

FIXTURES = Path(__file__).parents[1] / "fixtures" / "importers"
ROLLOUTS = FIXTURES / "codex"


def told(reports: list[SessionReport], prefix: str) -> list[object]:
    """What reports say, places and sources without their prefix."""
    return [
        [
            report.source.removeprefix(prefix),
            report.session_id,
            [
                (v.rule, v.status, [replace(f, fingerprint="", place=Place(line=f.place.line)) for f in v.findings])
                for v in report.verdicts
            ],
        ]
        for report in reports
    ]


def reports(*paths: str) -> list[SessionReport]:
    return list(judged_one_by_one(find(paths), Settings()))


@pytest.mark.parametrize("pattern", ["", "/placeholder*.jsonl", "/placeholder-url-0.135.jsonl"])
def test_what_lies_at_a_url_is_judged_as_a_file_is(pattern: str) -> None:
    pytest.importorskip("fsspec")
    local, remote = reports(f"{ROLLOUTS}{pattern}"), reports(f"file://{ROLLOUTS}{pattern}")
    assert told(remote, "file://") == told(local, "")
    assert remote


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///no/such/folder", "no recording there"),
        ("nonsense://x/y", "cannot be read"),
        ("file:///no/such/*.jsonl", "no recording there"),
    ],
)
def test_a_url_that_cannot_be_read_is_a_named_problem(url: str, words: str) -> None:
    pytest.importorskip("fsspec")
    (report,) = reports(url)
    assert report.problem is not None
    assert words in report.problem.message
    assert report.problem.hint


def test_what_goes_wrong_in_storage_while_it_is_read_is_a_named_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec")

    def refuse(*_: object) -> None:
        raise ValueError("token expired")

    url = f"file://{ROLLOUTS}/placeholder-url-0.135.jsonl"
    monkeypatch.setattr(fsspec, "open", refuse)
    (report,) = reports(url)
    assert report.problem is not None
    assert "token expired" in report.problem.message


def test_a_url_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    (report,) = reports("s3://bucket/sessions")
    assert report.problem is not None
    assert "[fleet]" in report.problem.hint


@pytest.mark.parametrize(("module", "options"), [("distributed", ["--engine", "dask"]), ("pyarrow", [])])
def test_an_engine_without_the_extra_says_what_to_install(
    module: str, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["check", *options, "--parquet", str(tmp_path / "x"), str(ROLLOUTS)]) == 2
    assert "[fleet]" in capsys.readouterr().err


def test_findings_are_rows_of_a_parquet_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    target, broken = tmp_path / "findings.parquet", tmp_path / "broken.jsonl"
    broken.write_text("nonsense\n")
    assert main(["check", "--parquet", str(target), "--format", "json", str(ROLLOUTS), str(broken)]) == 2
    run = json.loads(capsys.readouterr().out)
    findings = [
        (session["source"], verdict["rule"], finding["fingerprint"])
        for session in run["sessions"]
        for verdict in session["verdicts"]
        for finding in verdict["findings"]
    ]
    rows = parquet.read_table(target).to_pylist()
    assert [(row["source"], row["rule"], row["fingerprint"]) for row in rows[:-1]] == findings
    assert (rows[-1]["status"], rows[-1]["path"]) == ("error", f"{broken}:1")
    assert rows[0]["began"].year == 2026


def test_a_parquet_file_that_cannot_be_written_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    assert main(["check", "--parquet", str(tmp_path / "no" / "x"), str(ROLLOUTS)]) == 2
    assert "cannot be written" in capsys.readouterr().err


class OneWorker:
    """A cluster whose worker dies on one recording."""

    def __init__(self, deadly: str) -> None:
        self.deadly = deadly
        self.given: list[int] = []

    def submit(self, call: object, batch: list[fleet.Found], settings: Settings, *, pure: bool) -> OneWorker:
        self.given.append(len(batch))
        self.batch, self.settings = batch, settings
        return self

    def result(self) -> list[SessionReport]:
        batch = self.batch
        if any(getattr(source, "name", "").endswith(self.deadly) for source in batch):
            raise pytest.importorskip("distributed").KilledWorker("task", "worker", 4)
        return fleet.judged_together(batch, self.settings)


def test_a_recording_on_which_workers_die_is_a_fault_and_its_neighbours_are_judged() -> None:
    pytest.importorskip("distributed")
    client = OneWorker("approved-0.135.jsonl")
    sources = list(find([f"{ROLLOUTS}/*-0.135.jsonl", "/no/such/file"]))
    found = list(fleet._in_order(client, iter(sources), Settings(), 1))
    alone = list(judged_one_by_one(iter(sources), Settings()))
    assert client.given == [len(sources)] + [1] * len(sources)
    assert [report.source for report in found] == [report.source for report in alone]
    faults = [report for report in found if report.problem and report.problem.exit_code == 4]
    assert [report.source for report in faults] == [str(ROLLOUTS / "approved-0.135.jsonl")]


PROGRAM = """
import os, signal, sys
from agentport_harness.runner import fleet
from agentport_harness.runner.check import Settings, judged_one_by_one
from agentport_harness.sources import find

if __name__ == "__main__":
    paths = sys.argv[1:]
    held = []
    client_of = fleet._client
    def remembered(jobs, address):
        import contextlib
        @contextlib.contextmanager
        def manager():
            with client_of(jobs, address) as client:
                held.append(client)
                yield client
        return manager()
    fleet._client = remembered
    with fleet.judged(find(paths), Settings(), 2) as sessions:
        found = [next(sessions)]
        pids = held[0].run(os.getpid)
        os.kill(next(iter(pids.values())), signal.SIGKILL)
        found += sessions
    assert found == list(judged_one_by_one(find(paths), Settings()))
    print("same", len(found))
"""


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_in_mid_run_loses_no_session_and_counts_none_twice(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    corpus = tmp_path / "corpus"
    for number in range(60):
        folder = corpus / f"{number:03}"
        folder.mkdir(parents=True)
        for path in ROLLOUTS.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program), str(corpus)], capture_output=True, text=True, timeout=110, check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.stdout.startswith(f"same {60 * len(list(ROLLOUTS.iterdir()))}"), done.stderr[-3000:]


@pytest.mark.slow
def test_the_command_judges_on_a_cluster() -> None:
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "agentport_harness", "check", "--format", "json", str(ROLLOUTS)]
    local = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    several = subprocess.run(
        [*command, "--engine", "dask", "--jobs", "2"], capture_output=True, text=True, timeout=100, check=False
    )
    assert json.loads(several.stdout) == json.loads(local.stdout)
    assert several.returncode == local.returncode == 1


def test_a_cluster_that_does_not_answer_is_unreachable(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed")
    assert main(["check", "--engine", "dask", "--cluster", "nonsense", str(ROLLOUTS)]) == 3
    assert "does not answer" in capsys.readouterr().err
