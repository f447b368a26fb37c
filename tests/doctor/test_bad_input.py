"""What is odd on a machine is said plainly, nothing is damaged, and the other clients go on."""

from __future__ import annotations

import stat
import subprocess
import time
from pathlib import Path

import click
import pytest

from agentport_harness.cli.main import main
from agentport_harness.runner import doctor as running
from tests.doctor.homes import CLAUDE, CODEX, KEY, URL, Home, doctor, found, home_with, messages, write


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTPORT_API_KEY", KEY)


def _problem(report: dict, number: int = 0) -> str:
    return report["sessions"][number]["problem"]["message"]


def test_a_machine_without_clients_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--home", str(tmp_path), "--project", str(tmp_path), "--offline"])

    assert code == 3
    assert f"no client found in {tmp_path}" in capsys.readouterr().out


def test_a_client_that_is_not_there_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(folder=tmp_path, project=tmp_path, client="gemini")

    code, report, _ = doctor(capsys, home)

    assert code == 3
    assert _problem(report).startswith("no Gemini CLI found")


def test_an_unknown_client_is_refused_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--client", "emacs", "--home", str(tmp_path)]) == 2
    assert "claude-code, codex, cursor, gemini, opencode, vscode" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [("--url", "agentport"), ("--client-version", "codex"), ("--client-version", "x=1.2"), ("--home", "/no/such")],
)
def test_options_that_make_no_sense_are_refused(options: tuple[str, str]) -> None:
    assert main(["doctor", *options]) == 2


def test_a_version_never_seen_is_named_and_the_nearest_checks_apply(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")

    code, report, _ = doctor(capsys, home, "--client-version", "codex=7.0.1")

    assert code == 0
    assert report["sessions"][0]["title"] == "Codex 7.0.1"
    assert report["sessions"][0]["warnings"] == [
        "7.0.1 is newer than any version tried; the checks of 0.169.0 were applied"
    ]


@pytest.mark.parametrize(
    ("version", "ids"), [("0.121.0", {"DR113"}), ("0.128.0", {"DR306"}), ("0.150.0", set())], ids=str
)
def test_a_version_has_its_own_time_limit_and_may_be_too_old(
    version: str, ids: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    if version != "0.121.0":
        home.replace("tool_timeout_sec = 300\n", "")

    _, report, _ = doctor(capsys, home, "--client-version", f"codex={version}")

    assert {rule for rule, _, _ in found(report, home)} == ids


def test_a_poll_budget_that_is_told_is_the_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("tool_timeout_sec = 300", "tool_timeout_sec = 60")

    code, report, _ = doctor(capsys, home, "--poll-budget", "45")

    assert (code, found(report, home)) == (0, [])


def test_a_broken_file_is_named_with_its_line_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "codex")
    write(home.folder / ".claude.json", CLAUDE.replace("agentport.sh/mcp", "agentport.sh"))
    home.config.write_text(f'[mcp_servers.agentport]\nurl = "x"\nhttp_headers = {{ "X-API-Key" = {KEY} }}\n')

    code = main(["doctor", "--home", str(home.folder), "--project", str(home.project), "--offline"])

    printed = capsys.readouterr().out
    assert code == 1
    assert f"{home.config}:3" in printed
    assert "DR202" in printed
    assert KEY not in printed


@pytest.mark.parametrize("kind", ["folder", "binary", "dangling link", "too large", "empty"])
def test_what_is_no_configuration_is_called_that(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path, "codex")
    home.config.unlink()
    if kind == "folder":
        home.config.mkdir()
    elif kind == "dangling link":
        home.config.symlink_to("nowhere.toml")
    elif kind == "too large":
        monkeypatch.setattr("agentport_harness.config_files.LARGEST", 10)
        home.config.write_text("a = 1\n" * 10)
    else:
        home.config.write_bytes(b"\xff\xfe\x00" if kind == "binary" else b"")

    code, report, _ = doctor(capsys, home)

    assert code == 1
    assert found(report, home)[0][0] == ("DR102" if kind == "empty" else "DR101")


def test_a_file_nested_without_end_is_refused_and_not_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "gemini")
    home.config.write_text('{"a":' + "[" * 100_000)

    _, report, _ = doctor(capsys, home)

    assert "200 levels" in messages(report, "DR101")[0]["message"]


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


def test_a_client_that_hangs_costs_no_more_than_its_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path, "codex")
    command = write(tmp_path / "bin" / "codex", "#!/bin/sh\nexec sleep 60\n")
    command.chmod(0o755)
    monkeypatch.setenv("HOME", str(home.folder))
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    monkeypatch.delenv("CODEX_HOME", raising=False)
    monkeypatch.setattr(running, "VERSION_TIMEOUT", 0.3)
    began = time.monotonic()

    code = main(["doctor", "--client", "codex", "--project", str(home.project), "--offline"])

    assert code == 0
    assert time.monotonic() - began < 20
    assert "the version is not known" in capsys.readouterr().out


def test_secrets_of_other_servers_in_a_diff_are_masked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace(
        "tool_timeout_sec = 300\n", 'tool_timeout_sec = 10\n[mcp_servers.gh]\nenv = { GH = "hunter2hunter2" }\n'
    )

    _, _, printed = doctor(capsys, home, "--fix", "--yes")

    assert "+tool_timeout_sec = 300" in printed
    assert "hunter2" not in printed


@pytest.mark.parametrize("form", ["terminal", "jsonl", "junit", "sarif", "html", "markdown", "github"])
def test_every_report_tells_the_fault_and_no_secret(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "claude-code")
    home.replace("${AGENTPORT_API_KEY}", f"Bearer {KEY}")

    code = main(
        ["doctor", "--home", str(home.folder), "--project", str(home.project), "--offline", "--format", form]
    )  # fmt: skip

    printed = capsys.readouterr().out
    assert code == 1
    assert "DR206" in printed
    assert KEY not in printed


def test_a_finding_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "DR204"]) == 0

    told = capsys.readouterr().out
    assert "credential-sent (MUST)" in told
    assert "How to mend" in told
