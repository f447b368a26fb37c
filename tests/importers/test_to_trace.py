"""`check --to-trace`: every format becomes the project's own, and is judged there as it was before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import judging
import pytest

from agentport_harness.cli.main import main
from agentport_harness.core.report import SessionReport
from agentport_harness.core.trace_format import trace_from_document
from agentport_harness.runner.check import check_recording
from agentport_harness.schema_check import check

FILES = sorted(path for path in judging.FIXTURES.glob("*/*") if path.is_file())
PLACEHOLDER = judging.FIXTURES / "codex" / "placeholder-url-0.135.jsonl"


def told(report: SessionReport) -> list[object]:
    """What a report says, apart from where the session was read from."""
    return [
        (verdict.rule, verdict.status, verdict.reason, *(replace(one, fingerprint="") for one in verdict.findings))
        for verdict in report.verdicts
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_converted_session_is_judged_as_the_recording_is_and_its_findings_point_into_the_recording(
    path: Path, tmp_path: Path
) -> None:
    converted = tmp_path / "all.jsonl"
    assert main(["check", "--to-trace", "-o", str(converted), str(path)]) == 0
    assert list(map(told, check_recording(converted))) == list(map(told, check_recording(path)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_converted_session_holds_every_event_as_it_was_read(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--to-trace", str(path)]) == 0
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [trace_from_document(document) for document in documents] == judging.read_all(path)[0]
    for document in documents:
        check(document, "trace.v1", path="x", lines={})


def test_a_folder_gets_a_file_for_each_session_whatever_they_are_called(tmp_path: Path) -> None:
    two = tmp_path / "a.jsonl"
    line = {"format": "agentport-trace/1", "session_id": "../x", "events": [{"human": "hi"}]}
    two.write_text(f"{json.dumps(line)}\n{json.dumps(line)}\n")
    out = tmp_path / "out"
    assert main(["check", "--to-trace", "-o", f"{out}/", str(two), str(PLACEHOLDER)]) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names[:2] == ["a-x-2.trace.json", "a-x.trace.json"]
    assert len(names) == 3
    assert main(["check", "--to-trace", "-o", str(out), "-q", str(two)]) == 0


def test_what_cannot_be_read_is_named_and_the_rest_is_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(PLACEHOLDER.read_bytes()[:-20])
    assert main(["check", "--to-trace", str(cut)]) == 2
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert f"error: {cut}:" in said.err


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    for target in ("file/x", "file/x/"):
        assert main(["check", "--to-trace", "-o", str(tmp_path / target), str(PLACEHOLDER)]) == 2
        assert "cannot be written" in capsys.readouterr().err


def test_an_output_without_a_conversion_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-o", "x", str(PLACEHOLDER)]) == 2
    assert "--to-trace" in capsys.readouterr().err
