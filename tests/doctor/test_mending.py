"""What --fix writes: shown first, whole, private, and nothing where it may not."""

from __future__ import annotations

import stat
from pathlib import Path

import click
import pytest

from tests.doctor.homes import CODEX, KEY, URL, doctor, found, home_with, write


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


def test_a_key_that_others_can_read_is_made_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "gemini")
    home.replace("$AGENTPORT_API_KEY", KEY)
    home.config.chmod(0o644)

    _, before, _ = doctor(capsys, home)
    code, after, _ = doctor(capsys, home, "--strict", "--fix", "--yes")

    assert found(before, home) == [("DR212", ".gemini/settings.json", home.line("X-API-Key"))]
    assert (code, found(after, home)) == (0, [])
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600


def test_a_read_only_file_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    before = home.config.read_bytes()
    home.config.chmod(0o400)

    _, report, printed = doctor(capsys, home, "--fix", "--yes")

    assert "the file is read-only" in printed
    assert found(report, home) == [("DR112", ".codex/config.toml", 4)]
    assert home.config.read_bytes() == before
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o400


def test_a_link_stays_a_link_and_its_target_keeps_its_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    target = tmp_path / "dotfiles" / "codex.toml"
    target.parent.mkdir()
    home.config.rename(target)
    target.chmod(0o640)
    home.config.symlink_to(target)

    code, _, _ = doctor(capsys, home, "--fix", "--yes")

    assert code == 0
    assert home.config.is_symlink()
    assert "required = true" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_what_a_file_was_is_kept_in_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    before = home.config.read_bytes()

    doctor(capsys, home, "--fix", "--yes")

    (kept,) = (home.folder / ".local/state/agentport-conformance/backups").glob("*/config.toml")
    assert kept.read_bytes() == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in home.config.parent.iterdir()] == ["config.toml"]


def test_a_new_file_is_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "cursor")
    home.config.unlink()

    code, report, _ = doctor(capsys, home, "--strict", "--url", URL, "--fix", "--yes")

    assert (code, found(report, home)) == (0, [])
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600


def test_nothing_is_changed_when_nobody_can_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    before = home.config.read_bytes()

    _, _, printed = doctor(capsys, home, "--fix")

    assert "+required = true" in printed
    assert "--yes makes the change" in printed
    assert home.config.read_bytes() == before


@pytest.mark.parametrize("answer", [True, False])
def test_the_answer_decides(
    answer: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", lambda *_arguments, **_options: answer)

    _, report, _ = doctor(capsys, home, "--fix")

    assert found(report, home) == ([] if answer else [("DR112", ".codex/config.toml", 4)])


def test_what_was_declined_is_not_asked_again_when_something_else_was_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    home.replace('"https://app.agentport.sh/mcp"', '"https://app.agentport.sh"')
    home.replace('"mcp__agentport__*"', '"mcp__*"', ".claude/settings.json")
    asked: list[str] = []

    def answered(question: str, **_options: object) -> bool:
        asked.append(question)
        return "settings" not in question

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", answered)

    _, report, _ = doctor(capsys, home, "--fix")

    assert sorted(asked) == [f"change {home.config}?", f"change {home.folder}/.claude/settings.json?"]
    assert {rule for rule, _, _ in found(report, home)} == {"DR302"}


def test_a_file_that_changed_meanwhile_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")

    def edited_meanwhile(*_arguments: object, **_options: object) -> bool:
        home.config.write_text(CODEX + "# mine\n")
        return True

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", edited_meanwhile)

    _, _, printed = doctor(capsys, home, "--fix")

    assert "has changed meanwhile" in printed
    assert home.config.read_text() == CODEX + "# mine\n"


def test_secrets_of_other_servers_in_a_diff_are_masked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace(
        "tool_timeout_sec = 300\n", 'tool_timeout_sec = 10\n[mcp_servers.gh]\nenv = { GH = "hunter2hunter2" }\n'
    )

    _, _, printed = doctor(capsys, home, "--fix", "--yes")

    assert "+tool_timeout_sec = 300" in printed
    assert "hunter2" not in printed


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    write(home.folder / ".local", "no folder")

    _, report, printed = doctor(capsys, home, "--fix", "--yes")

    assert "not changed" in printed
    assert found(report, home) == [("DR112", ".codex/config.toml", 4)]


def test_an_edit_that_would_change_more_is_left_out_and_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    home.replace('"allow": ["Bash(ls)", "mcp__agentport__*"]', '"allow": "Bash(ls)"', ".claude/settings.json")

    _, report, printed = doctor(capsys, home, "--fix", "--yes")

    assert "left out: allow is no list" in printed
    assert {rule for rule, _, _ in found(report, home)} == {"DR302"}


def test_what_can_be_mended_is_said_without_touching_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")
    before = home.config.read_bytes()

    _, _, printed = doctor(capsys, home)

    assert "--fix can mend one of these findings" in printed
    assert "--url" not in printed
    assert home.config.read_bytes() == before


def test_a_missing_entry_is_added_whole_once_the_address_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    home.config.unlink()

    _, _, before = doctor(capsys, home)
    code, report, _ = doctor(capsys, home, "--fix", "--yes", "--url", URL)

    assert "--fix adds a missing entry when --url names your gateway's address" in before
    assert (code, found(report, home)) == (0, [])
    assert 'default_tools_approval_mode = "approve"' in home.config.read_text()


def test_the_diff_of_a_long_file_shows_the_right_lines_and_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    home.config.write_text("".join(f"key_{number} = {number}\n" for number in range(500)) + home.config.read_text())
    home.replace("tool_timeout_sec = 300", "tool_timeout_sec = 30")
    line = home.line("tool_timeout_sec")

    _, _, printed = doctor(capsys, home, "--fix")

    assert f"@@ -{line - 2},5 +{line - 2},5 @@" in printed
    assert "-tool_timeout_sec = 30\n+tool_timeout_sec = 300\n" in printed
    assert "key_499" not in printed
