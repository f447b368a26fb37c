"""`skills diff` says what an edit does to the teaching, and fails when a MUST rule loses its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from agentport_harness.cli.main import main
from tests.skills.bundle import ROOT
from tests.skills.clients import commit, git

MCP = "skills/agentport-mcp/SKILL.md"
STOP = "- Stop awaiting as soon as the human says stop or cancel, because a late click would still run the call.\n"


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the published repository, to be edited."""
    for name in ("skills", ".claude-plugin", ".codex-plugin", ".cursor-plugin"):
        shutil.copytree(ROOT / name, tmp_path / "new" / name)
    return tmp_path / "new"


def _edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def _diff(capsys: pytest.CaptureFixture[str], old: object, new: object) -> tuple[int, dict[str, Any]]:
    code = main(["skills", "diff", str(old), str(new), "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def _teaching(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["change"], one["rule"], one["skill"]) for one in report["teaching"]]


def test_the_same_bundle_does_not_differ(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = _diff(capsys, ROOT, edited)
    assert (code, report["teaching"], report["files_changed"]) == (0, [], [])

    for name in ("terminal", "markdown"):
        assert main(["skills", "diff", str(ROOT), str(edited), "--format", name]) == 0
        assert "No difference" in capsys.readouterr().out


def test_a_must_rule_that_loses_its_teaching_fails(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(edited, MCP, STOP, "")

    code, report = _diff(capsys, ROOT, edited)

    assert code == 1
    assert _teaching(report) == [("lost", "AP114", "agentport-mcp")]
    assert report["lost"] == ["AP114 in agentport-mcp"]
    assert report["tokens"][0]["before"] > report["tokens"][0]["after"]
    assert report["version"] == {"before": "0.1.0", "after": "0.1.0", "raised": False}


def test_the_other_way_round_it_gains_it(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(edited, MCP, STOP, "")

    code, report = _diff(capsys, edited, ROOT)

    assert code == 0
    assert _teaching(report) == [("gained", "AP114", "agentport-mcp")]


def test_other_words_with_their_entry_are_a_change(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (MCP, MCP.replace("mcp", "cli"), "skills/traceability.yaml"):
        _edit(edited, path, "Stop awaiting as soon as", "Stop awaiting once")

    code, report = _diff(capsys, ROOT, edited)

    assert code == 0
    assert ("changed", "AP114", "agentport-mcp") in _teaching(report)


def test_a_should_rule_may_lose_its_teaching(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(edited, MCP, "- You should not ask for permission in chat in place of the call, because the gateway shows the exact call.\n", "")  # fmt: skip # noqa: E501 the sentence as it stands

    code, report = _diff(capsys, ROOT, edited)

    assert code == 0
    assert _teaching(report) == [("lost", "AP116", "agentport-mcp")]


def test_a_skill_that_is_gone_takes_its_teaching_with_it(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(edited / "skills" / "agentport-cli")

    code, report = _diff(capsys, ROOT, edited)

    assert code == 1
    assert "AP401 in agentport-cli" in report["lost"]
    assert {one["after"] for one in report["tokens"]} == {None}
    assert [one["skill"] for one in report["descriptions"]] == ["agentport-cli"]


def test_a_changed_description_and_a_raised_version_are_told(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(edited, MCP, "Use when tools", "Use whenever tools")
    for path in [*edited.rglob("SKILL.md"), *edited.glob(".*-plugin/*.json")]:
        path.write_text(path.read_text().replace("0.1.0", "0.1.1"))

    assert main(["skills", "diff", str(ROOT), str(edited), "--format", "markdown"]) == 0

    told = capsys.readouterr().out
    assert "Description of agentport-mcp" in told
    assert (
        "- after: How to work through an AgentPort gateway over MCP. Use whenever tools named agentport\\_\\_\\*"
        in told
    )
    assert "Version: 0.1.0 → 0.1.1" in told


def test_the_report_for_people_quotes_what_was_lost(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(edited, MCP, STOP, "")

    assert main(["skills", "diff", str(ROOT), str(edited)]) == 1

    told = capsys.readouterr().out
    assert "✗ AP114 stop-when-told (MUST) lost its teaching in agentport-mcp\n      - Stop awaiting as soon as" in told
    assert "version: 0.1.0, not raised" in told

    assert main(["skills", "diff", str(ROOT), str(edited), "--format", "markdown"]) == 1
    told = capsys.readouterr().out
    assert "**1 MUST rule loses its teaching: AP114 in agentport-mcp**" in told
    assert "| AP114 stop-when-told | MUST | agentport-mcp | **lost its teaching** | Stop awaiting as soon as" in told


def test_a_new_skill_and_a_new_description_are_told_to_people(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(edited / "skills" / "agentport-cli")

    assert main(["skills", "diff", str(edited), str(ROOT)]) == 0

    told = capsys.readouterr().out
    assert "AP401 json-output (MUST) gained its teaching in agentport-cli\n      + Add `-o json`" in told
    assert "agentport-cli/SKILL.md: new, " in told
    assert "description of agentport-cli:\n      - \n      + How to work through" in told

    assert main(["skills", "diff", str(ROOT), str(edited)]) == 1
    assert "agentport-cli/SKILL.md: gone, was" in capsys.readouterr().out


def test_without_a_tokenizer_the_texts_are_told_without_their_cost(
    edited: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("agentport_harness.runner.skills_diff.token_counter", lambda: None)
    _edit(edited, MCP, STOP, "")

    main(["skills", "diff", str(ROOT), str(edited)])

    assert "agentport-mcp/SKILL.md: changed (no tokenizer to count with)" in capsys.readouterr().out


def test_reports_go_to_files(edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "diff.json"

    assert main(["skills", "diff", str(ROOT), str(edited), "--format", "terminal", "--format", f"json={target}"]) == 0

    assert json.loads(target.read_text())["format"] == "agentport-skills-diff/1"
    assert "No difference" in capsys.readouterr().out


def test_git_revisions_are_compared_without_being_checked_out(
    edited: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git(edited, "init", "-q", "-b", "main")
    commit(edited, "One")
    _edit(edited, MCP, STOP, "")
    commit(edited, "Two")
    monkeypatch.chdir(edited)

    code, report = _diff(capsys, "HEAD~1", "HEAD")
    assert (code, _teaching(report)) == (1, [("lost", "AP114", "agentport-mcp")])

    code, report = _diff(capsys, "HEAD", ".")
    assert (code, report["files_changed"]) == (0, [])


@pytest.mark.parametrize("revision", ["no-such-branch", "--output=x", "HEAD:skills"])
def test_what_is_neither_a_folder_nor_a_revision_is_bad_input(
    revision: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["skills", "diff", "--", revision, "."]) == 2
    assert "neither a folder nor a git revision" in capsys.readouterr().err


def test_outside_a_repository_a_revision_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["skills", "diff", "HEAD", str(ROOT)]) == 2
    assert "HEAD" in capsys.readouterr().err


def test_a_revision_without_skills_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "One")
    monkeypatch.chdir(tmp_path)
    assert main(["skills", "diff", "HEAD", str(ROOT)]) == 2
    assert "holds no skills/ folder" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--format", "html"], ["--format", "json", "--format", "markdown"]])
def test_formats_that_cannot_be_are_bad_usage(options: list[str]) -> None:
    assert main(["skills", "diff", str(ROOT), str(ROOT), *options]) == 2


def test_the_action_calls_the_comparison_as_it_is(
    edited: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    line = next(line.strip() for line in action.splitlines() if "skills diff" in line)
    called = line.partition(" | ")[0].replace('"$BASE"', "HEAD").split()
    git(edited, "init", "-q", "-b", "main")
    commit(edited, "One")
    monkeypatch.chdir(edited)

    assert called[0] == "agentport-conformance"
    assert main(called[1:]) == 0
    assert capsys.readouterr().out.startswith("## Skills: HEAD → HEAD")
    assert subprocess.run(["git", "status", "--short"], capture_output=True, check=True, cwd=edited).stdout == b""
