"""What is odd on a machine is said plainly, and the other clients go on."""

from __future__ import annotations

import json
import time
from pathlib import Path

import jsonschema
import pytest

from agentport_harness.cli.main import main
from agentport_harness.runner import doctor as running
from agentport_harness.schema_check import published
from tests.doctor.homes import CLAUDE, KEY, Home, doctor, found, home_with, messages, write


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


@pytest.mark.parametrize("kind", ["folder", "binary", "dangling link", "circle of links", "too large", "empty"])
def test_what_is_no_configuration_is_called_that(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path, "codex")
    home.config.unlink()
    if kind == "folder":
        home.config.mkdir()
    elif kind == "dangling link":
        home.config.symlink_to("nowhere.toml")
    elif kind == "circle of links":
        home.config.symlink_to(home.config.name)
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


@pytest.mark.parametrize(("binary", "version"), [("cli.js", " 0.170.1"), ("other.js", "")])
def test_the_version_is_read_from_the_package_of_the_command_where_it_is_of_one(
    binary: str,
    version: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = home_with(tmp_path, "codex")
    package = {"name": "@openai/codex", "version": "0.170.1", "bin": {"codex": f"bin/{binary}"}}
    write(tmp_path / "node_modules/codex/package.json", json.dumps(package))
    write(tmp_path / "node_modules/codex/bin/cli.js", "#!/bin/sh\nexit 1\n").chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/codex").symlink_to("../node_modules/codex/bin/cli.js")
    monkeypatch.setenv("HOME", str(home.folder))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.delenv("CODEX_HOME", raising=False)

    main(["doctor", "--client", "codex", "--project", str(home.project), "--offline"])

    assert capsys.readouterr().out.startswith(f"\u2713 codex: Codex{version}\n")


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
    if form in ("terminal", "jsonl", "junit", "markdown"):
        assert "The gateway looks for the key in two headers only" in printed
    assert KEY not in printed


def test_a_finding_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "DR204"]) == 0

    told = capsys.readouterr().out
    assert "credential-sent (MUST)" in told
    assert "How to mend" in told


def test_cursor_keeps_its_list_elsewhere_unless_there_is_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_with(tmp_path, "cursor")
    (home.folder / ".cursor/permissions.json").unlink()

    code, report, _ = doctor(capsys, home, "--strict")

    (verdict,) = [each for each in report["sessions"][0]["verdicts"] if each["rule"] == "DR305"]
    assert (code, verdict["status"]) == (0, "not_testable")


def test_a_sign_in_that_is_stored_needs_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace('env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }\n', "")
    write(home.folder / ".codex/.credentials.json", '{"agentport|1": {}}')

    _, report, _ = doctor(capsys, home, "--strict")

    assert found(report, home) == []


def test_tools_that_are_let_through_one_by_one_are_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace('default_tools_approval_mode = "approve"\n', "")
    with home.config.open("a") as file:
        for name in ("call_tool", "await_approval"):
            file.write(f'[mcp_servers.agentport.tools.agentport__{name}]\napproval_mode = "approve"\n')

    _, report, _ = doctor(capsys, home)

    assert found(report, home) == []


def test_a_bridge_that_starts_a_program_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "cursor")
    home.config.write_text('{"mcpServers": {"agentport": {"command": "npx", "args": ["mcp-remote", "https://h/mcp"]}}}')

    code, report, _ = doctor(capsys, home, "--strict")

    assert (code, found(report, home)) == (0, [])


def test_the_json_report_keeps_to_its_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_with(tmp_path, "codex")
    home.replace("required = true\n", "")

    _, report, _ = doctor(capsys, home)

    jsonschema.validate(report, published("run.v1"))
    assert report["subject"] == {"kind": "client", "name": "codex"}
    assert messages(report, "DR112")[0]["why"].startswith("Without it Codex goes on without the gateway")
