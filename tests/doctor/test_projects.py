"""A project's files beside one's own: which win, which are passed over, and which hold a key."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.doctor.homes import CLAUDE, CODEX, KEY, doctor, found, home_with, messages, write


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


def test_two_scopes_in_conflict_are_named_with_both_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "claude-code")
    write(home.project / ".mcp.json", CLAUDE.replace("app.agentport.sh", "other.agentport.sh"))
    home.replace('"numStartups": 3,', f'"projects": {{"{home.project}": {{"enabledMcpjsonServers": ["agentport"]}}}},')

    _, report, _ = doctor(capsys, home)

    (conflict,) = messages(report, "DR110")
    assert conflict["location"]["path"] == str(home.config)
    assert conflict["location"]["line"] == home.line('"agentport": {')
    assert f"{home.project}/.mcp.json:5" in conflict["message"]


def test_a_setting_overruled_in_a_trusted_project_is_named_with_both_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    with home.config.open("a") as file:
        file.write(f'[projects."{home.project}"]\ntrust_level = "trusted"\n')
    write(home.project / ".codex/config.toml", "[mcp_servers.agentport]\ntool_timeout_sec = 10\n")

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == [
        ("DR110", ".codex/config.toml", home.line("tool_timeout_sec")),
        ("DR306", ".codex/config.toml", 2),
    ]


def test_a_project_that_is_not_trusted_is_passed_over_and_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    write(home.project / ".codex/config.toml", CODEX)
    home.config.write_text('model = "x"\n')

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == [("DR111", ".codex/config.toml", 4)]


def test_a_project_server_that_waits_for_approval_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    write(home.project / ".mcp.json", home.config.read_text())
    home.config.write_text("{}")

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == [("DR111", ".mcp.json", 5)]


def test_a_key_in_a_repository_is_a_violation_and_left_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "cursor")
    text = home.config.read_text().replace("${env:AGENTPORT_API_KEY}", KEY)
    (home.project / ".git").mkdir()
    path = write(home.project / ".cursor/mcp.json", text)
    home.config.unlink()

    code, report, printed = doctor(capsys, home, "--fix", "--yes")

    assert (code, found(report, home)) == (1, [("DR211", ".cursor/mcp.json", 6)])
    assert path.read_text() == text
    assert KEY not in printed


def test_a_key_in_a_committed_file_of_ones_own_is_a_violation_and_an_untracked_one_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "gemini")
    home.replace("$AGENTPORT_API_KEY", KEY)
    git = ["git", "-C", str(home.folder)]
    subprocess.run([*git, "init", "-q"], check=True)

    _, untracked, _ = doctor(capsys, home)
    subprocess.run([*git, "add", ".gemini"], check=True)
    _, tracked, _ = doctor(capsys, home)

    assert found(untracked, home) == []
    assert found(tracked, home) == [("DR211", ".gemini/settings.json", home.line("X-API-Key"))]


@pytest.mark.parametrize(
    ("rule", "ids"), [("TRUST_PARENT", set()), ("TRUST_FOLDER", set()), ("DO_NOT_TRUST", {"DR111"})]
)
def test_a_folder_that_gemini_does_not_trust_is_said_so(
    rule: str, ids: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "gemini")
    write(home.folder / ".gemini/trustedFolders.json", json.dumps({str(home.project): rule, "/": "DO_NOT_TRUST"}))

    _, report, _ = doctor(capsys, home)

    assert {rule for rule, _, _ in found(report, home)} == ids


def test_servers_of_a_project_may_be_approved_all_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "claude-code")
    write(home.project / ".mcp.json", home.config.read_text())
    home.config.write_text("{}")
    home.replace('"permissions"', '"enableAllProjectMcpServers": true, "permissions"', ".claude/settings.json")

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == []


def test_an_entry_for_one_project_in_ones_own_file_wins_over_the_general_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    entry = '{"agentport": {"type": "http", "url": "https://a.agentport.sh"}}'
    home.replace('"numStartups": 3,', f'"projects": {{"{home.project}": {{"mcpServers": {entry}}}}},')

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == [
        ("DR110", ".claude.json", 5),
        ("DR202", ".claude.json", 2),
        ("DR205", ".claude.json", 2),
    ]
