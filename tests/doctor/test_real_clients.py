"""What was mended is what the real clients read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import agentport_harness
from tests.doctor.homes import CLAUDE, CLAUDE_SETTINGS, CODEX, GEMINI, KEY, OPENCODE, write
from tests.doctor.test_scopes import ORDER
from tests.skills.clients import Person

pytestmark = [pytest.mark.npm, pytest.mark.timeout(900)]


@pytest.fixture
def person(commands: Path, tmp_path: Path) -> Person:
    (tmp_path / "home").mkdir()
    (tmp_path / "project").mkdir()
    return Person(home=tmp_path / "home", project=tmp_path / "project", commands=commands)


def _doctor(person: Person, *options: str) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it: in their home, with the clients on the path."""
    environment = person.environment() | {"PYTHONPATH": str(Path(agentport_harness.__file__).parents[1])}
    environment["AGENTPORT_API_KEY"] = KEY
    command = [sys.executable, "-m", "agentport_harness", "doctor", "--offline", "--ignore", "DR5", *options]
    return subprocess.run(
        command, cwd=person.project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def _codex(person: Person) -> dict:
    ran = person.run("codex", "mcp", "list", "--json")
    assert ran.returncode == 0, ran.stderr
    return {server["name"]: server for server in json.loads(ran.stdout)}


def test_codex_sends_the_key_after_the_table_of_the_docs_was_mended(person: Person) -> None:
    text = CODEX.replace('env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }\n', "").replace(
        "[mcp_servers.other]", f'[mcp_servers.agentport.headers]\nX-API-Key = "{KEY}"\n\n[mcp_servers.other]'
    )
    write(person.home / ".codex/config.toml", text)
    assert _codex(person)["agentport"]["transport"]["http_headers"] is None

    ran = _doctor(person, "--client", "codex", "--fix", "--yes")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Codex 0.169.0" in _doctor(person, "--client", "codex", "--format", "json").stdout
    assert KEY not in ran.stdout + ran.stderr
    assert _codex(person)["agentport"]["transport"]["http_headers"] == {"X-API-Key": KEY}


def test_codex_starts_again_after_a_misspelt_section_was_mended(person: Person) -> None:
    text = CODEX.replace('default_tools_approval_mode = "approve"\n', "")
    text += '\n[mcp_servers.agent-port]\ndefault_tools_approval_mode = "approve"\n'
    write(person.home / ".codex/config.toml", text)
    assert "invalid transport" in person.run("codex", "mcp", "list").stderr

    ran = _doctor(person, "--client", "codex", "--fix", "--yes")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert list(_codex(person)) == ["agentport", "other"]
    assert "default_tools_approval_mode: approve" in person.run("codex", "mcp", "get", "agentport").stdout


@pytest.mark.parametrize("setting", ["tool_timeout_sec = 300", "required = true"])
def test_codex_reads_what_doctor_calls_right(setting: str, person: Person) -> None:
    name, _, value = setting.partition(" = ")
    write(person.home / ".codex/config.toml", CODEX.replace(setting, f'{name} = "{value}"'))
    assert person.run("codex", "mcp", "list").returncode != 0

    assert _doctor(person, "--client", "codex", "--fix", "--yes").returncode == 0
    assert "agentport" in _codex(person)


def test_claude_code_connects_after_the_type_was_mended(person: Person) -> None:
    url = "http://127.0.0.1:9/mcp"
    text = CLAUDE.replace("https://app.agentport.sh/mcp", url).replace('      "type": "http",\n', "")
    write(person.home / ".claude.json", text)
    write(person.home / ".claude/settings.json", CLAUDE_SETTINGS)
    assert 'add "type": "http"' in person.run("claude", "mcp", "list").stdout

    ran = _doctor(person, "--client", "claude-code", "--fix", "--yes")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = person.run("claude", "mcp", "get", "agentport").stdout
    assert "Type: http" in told
    assert f"URL: {url}" in told
    assert "X-API-Key: ${AGENTPORT_API_KEY}" in told


def _has(person: Person, command: str) -> None:
    if not (person.commands / command).exists():
        pytest.skip(f"{command} is not among the installed clients")


def test_opencode_starts_again_after_the_type_was_mended(person: Person) -> None:
    _has(person, "opencode")
    text = OPENCODE.replace("https://app.agentport.sh/mcp", "http://127.0.0.1:9/mcp").replace('"type": "remote",', "")
    write(person.home / ".config/opencode/opencode.json", text)
    broken = person.run("opencode", "mcp", "list")
    assert "Configuration is invalid" in broken.stdout + broken.stderr

    ran = _doctor(person, "--client", "opencode", "--fix", "--yes")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = person.run("opencode", "mcp", "list")
    assert "agentport" in told.stdout + told.stderr
    assert "invalid" not in told.stdout + told.stderr


def test_gemini_connects_after_the_address_was_mended(person: Person) -> None:
    _has(person, "gemini")
    text = GEMINI.replace("https://app.agentport.sh/mcp", "http://127.0.0.1:9/mcp").replace('"url"', '"serverUrl"')
    write(person.home / ".gemini/settings.json", text)

    ran = _doctor(person, "--client", "gemini", "--fix", "--yes")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = person.run("gemini", "mcp", "list")
    assert "agentport: http://127.0.0.1:9/mcp (http)" in told.stdout + told.stderr


def test_opencode_takes_its_files_in_the_order_that_doctor_says(person: Person) -> None:
    """``env`` gives it what an administrator or a script would."""
    _has(person, "opencode")
    root = person.home.parent
    (person.project / ".git").mkdir()
    (person.project / "inner").mkdir()
    more = [f"OPENCODE_CONFIG={root}/named.json", f"OPENCODE_CONFIG_DIR={root}/folder"]
    content = ORDER.index("machine/etc/opencode/opencode.json")
    shown = []
    for number, each in enumerate(ORDER[:content]):
        write(
            root / each, json.dumps({"mcp": {"agentport": {"type": "remote", "url": f"http://127.0.0.1:9/{number}"}}})
        )
        shown.append(person.run("env", "-C", str(person.project / "inner"), *more, "opencode", "debug", "config"))

    addresses = [json.loads(ran.stdout)["mcp"]["agentport"]["url"] for ran in shown]
    assert addresses == [f"http://127.0.0.1:9/{number}" for number in range(content)]


def test_claude_code_leaves_out_what_doctor_says_is_barred(person: Person) -> None:
    write(person.home / ".claude.json", CLAUDE.replace("https://app.agentport.sh/mcp", "http://127.0.0.1:9/mcp"))
    told = json.loads(CLAUDE_SETTINGS) | {"deniedMcpServers": [{"serverUrl": "http://127.0.0.1:9/*"}]}
    write(person.home / ".claude/settings.json", json.dumps(told))

    ran = _doctor(person, "--client", "claude-code")

    assert "deniedMcpServers bars the server" in ran.stdout
    assert "agentport: http" not in person.run("claude", "mcp", "list").stdout
