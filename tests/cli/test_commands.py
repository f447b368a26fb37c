"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentport_harness import __version__
from agentport_harness.cli.main import main
from agentport_harness.runner.catalogue import agent_rules, every_check
from agentport_harness.schema_check import check

FIXTURES = Path(__file__).parent.parent / "fixtures"
ROLLOUT = FIXTURES / "importers" / "codex" / "placeholder-url-direct-tools-0.169.jsonl"


def test_the_version_is_answered_before_the_command_line_library_is_imported() -> None:
    program = (
        "import sys; from agentport_harness.cli.main import main; main(['--version']);"
        "sys.exit('click' in sys.modules or 'rich' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == f"agentport-conformance {__version__}\n"
    assert done.returncode == 0


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    told = capsys.readouterr().out
    for command in ("replay", "check", "serve", "rules", "explain"):
        assert f"\n  {command}" in told
    assert "Exit codes: 0 clean" in told


@pytest.mark.parametrize("command", ["replay", "check", "serve", "rules", "explain"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"agentport-conformance {command}" in capsys.readouterr().out


def test_an_unknown_command_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play"]) == 2
    assert "No such command 'play'" in capsys.readouterr().err


def test_the_rules_are_listed_with_level_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--select", "AP10"]) == 0

    told = capsys.readouterr().out
    assert "AP101  MUST    share-approval-url" in told
    assert "AP201" not in told


def test_the_rules_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json"]) == 0

    told = [rule["id"] for rule in json.loads(capsys.readouterr().out)]
    assert told == [rule.id for rule in every_check()]


@pytest.mark.parametrize("name", ["AP102", "ap102", "approval-url-verbatim"])
def test_a_rule_is_explained_by_id_or_slug(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0

    told = capsys.readouterr().out
    for heading in ("Why", "How to mend", "Conforms", "Breaks it", "Taught in"):
        assert f"\n{heading}\n" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "AP999"],
        ["rules", "--select", "AP9"],
        ["replay", "--select", "XX"],
        ["check", "x", "--ignore", "AP9"],
    ],
)
def test_an_unknown_rule_is_bad_input_and_says_where_to_look(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "`agentport-conformance rules` lists them" in capsys.readouterr().err


def test_an_unknown_report_format_is_refused_with_the_valid_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROLLOUT), "--format", "pdf"]) == 2
    assert "choose one of" in capsys.readouterr().err


def test_two_reports_to_standard_output_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROLLOUT), "--format", "json", "--format", "terminal"]) == 2
    assert "F=FILE" in capsys.readouterr().err


def test_an_altered_url_in_a_recording_is_found_with_evidence_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROLLOUT), "--select", "AP101,AP102,AP103,AP104,AP105,AP106", "--format", "json"]) == 1

    run = json.loads(capsys.readouterr().out)
    check(run, "run.v1", path="report", lines={})
    (session,) = run["sessions"]
    failed = [verdict for verdict in session["verdicts"] if verdict["status"] == "fail"]
    assert [verdict["rule"] for verdict in failed] == ["AP102"]
    (finding,) = failed[0]["findings"]
    assert finding["evidence"] == "http://127.0.0.1:4747/approve/{id}"
    recorded = ROLLOUT.read_text(encoding="utf-8").splitlines()[finding["location"]["line"] - 1]
    assert "http://127.0.0.1:4747/approve/{id}" in recorded


def test_every_rule_has_exactly_one_verdict_and_deselected_ones_are_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(ROLLOUT), "--select", "AP102", "--format", "json"])

    (session,) = json.loads(capsys.readouterr().out)["sessions"]
    assert [verdict["rule"] for verdict in session["verdicts"]] == [rule.id for rule in agent_rules()]
    assert {verdict["status"] for verdict in session["verdicts"] if verdict["rule"] != "AP102"} == {"skipped"}


def test_a_report_in_a_file_is_written_whole_and_standard_output_stays_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "run.json"

    main(["check", str(ROLLOUT), "--format", f"json={target}"])

    assert json.loads(target.read_text(encoding="utf-8"))["format"] == "agentport-run/1"
    assert capsys.readouterr().out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_report_that_cannot_be_written_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROLLOUT), "--format", f"json={tmp_path / 'no' / 'run.json'}"]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02\xff\xfe" * 50, "text"),
        (b'{"some": "json"}\n', "unknown format"),
        (b'{"type": "session_meta", "payl', ""),
    ],
    ids=["empty", "binary", "of an unknown format", "truncated"],
)
def test_a_recording_that_cannot_be_read_is_named_and_the_others_are_judged(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(content)

    assert main(["check", str(bad), str(ROLLOUT), "--format", "json"]) == 2

    problem, judged = json.loads(capsys.readouterr().out)["sessions"]
    assert str(bad) in problem["problem"]["at"]
    assert words in problem["problem"]["message"]
    assert judged["verdicts"]


def test_a_recording_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "nothing.jsonl")]) == 2
    assert "nothing.jsonl" in capsys.readouterr().out


def test_what_hides_in_a_recording_is_made_visible_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ROLLOUT.read_text(encoding="utf-8").replace("/approve/{id}", "/approve/{\\u202eid\\u001b[31m}")
    recording = tmp_path / "rollout.jsonl"
    recording.write_text(text, encoding="utf-8")

    assert main(["check", str(recording)]) == 1

    told = capsys.readouterr().out
    assert "\u202e" not in told
    assert "\x1b" not in told
    assert "\\u202e" in told


def test_progress_and_colours_are_for_terminals_only() -> None:
    command = [sys.executable, "-m", "agentport_harness", "check", str(ROLLOUT)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--gateway", "localhost:1"], "Expected a URL"),
        (["--gateway", "http://127.0.0.1:9"], "a gateway by URL needs --api-key and --human-email"),
        (["--gateway", "http://127.0.0.1:9", "--api-key", "ap_x", "--human-email", "a@b"], "AGENTPORT_HUMAN_PASSWORD"),
        (["--ready-file", "/nonexistent/ready.json"], "No such file"),
        (["/nonexistent"], "no such file or folder"),
    ],
)
def test_a_replay_that_lacks_what_it_needs_says_so(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AGENTPORT_API_KEY", "AGENTPORT_HUMAN_EMAIL", "AGENTPORT_HUMAN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    assert main(["replay", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_baseline_excuses_what_is_known_and_a_stale_entry_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "baseline.json"
    assert main(["check", str(ROLLOUT), "--write-baseline", str(baseline), "-q"]) == 1
    check(json.loads(baseline.read_text(encoding="utf-8")), "baseline.v1", path="baseline", lines={})

    assert main(["check", str(ROLLOUT), "--baseline", str(baseline), "-q"]) == 0

    clean = tmp_path / ROLLOUT.name
    text = ROLLOUT.read_text(encoding="utf-8")
    clean.write_text(text.replace("/approve/{id}", "/approve/54457586-4102-4c19-9e57-e12872160d40"), encoding="utf-8")
    entries = json.loads(baseline.read_text(encoding="utf-8"))
    for entry in entries["findings"]:
        entry.pop("source")
    baseline.write_text(json.dumps(entries), encoding="utf-8")
    capsys.readouterr()

    assert main(["check", str(clean), "--baseline", str(baseline)]) == 1
    assert "stale baseline entry: AP102" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "agentport-baseline/1", "findings": [{}]}'])
def test_a_malformed_baseline_is_bad_input(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_text(text, encoding="utf-8")

    assert main(["check", str(ROLLOUT), "--baseline", str(baseline)]) == 2
    assert str(baseline) in capsys.readouterr().err


def test_github_annotations_come_with_a_step_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    assert main(["check", str(ROLLOUT), "--format", "github"]) == 1

    assert capsys.readouterr().out.startswith("::error ")
    told = summary.read_text(encoding="utf-8")
    assert told.startswith("before\n")
    assert "AP102" in told


def test_a_report_can_be_read_by_others_as_the_umask_allows(tmp_path: Path) -> None:
    target = tmp_path / "run.json"
    before = os.umask(0o022)
    try:
        main(["check", str(ROLLOUT), "--format", f"json={target}"])
    finally:
        os.umask(before)

    assert target.stat().st_mode & 0o777 == 0o644
