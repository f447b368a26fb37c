"""Homes with clients in them, set up well, and the command run on them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentport_harness.cli.main import main
from tests.skills.bundle import NAMES, SKILLS

URL = "https://app.agentport.sh/mcp"
KEY = "ap_live_5f0e1d2c3b4a59687766554433221100"
"""A key that must never be printed."""

CODEX = """\
# my own settings
model = "gpt-5.5"   # the one I like

[mcp_servers.agentport]
url = "https://app.agentport.sh/mcp"
env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }
default_tools_approval_mode = "approve"
required = true
tool_timeout_sec = 300

[mcp_servers.other] # not the gateway's
command = "other"
"""
CLAUDE = """\
{
  "numStartups": 3,
  "mcpServers": {
    "other": {"type": "stdio", "command": "other"},
    "agentport": {
      "type": "http",
      "url": "https://app.agentport.sh/mcp",
      "headers": {"X-API-Key": "${AGENTPORT_API_KEY}"}
    }
  }
}
"""
CLAUDE_SETTINGS = """\
{
  "permissions": {
    "allow": ["Bash(ls)", "mcp__agentport__*"]
  }
}
"""
CURSOR = """\
{
  // servers for every project
  "mcpServers": {
    "agentport": {
      "url": "https://app.agentport.sh/mcp",
      "headers": {"X-API-Key": "${env:AGENTPORT_API_KEY}"},
    },
  },
}
"""
CURSOR_PERMISSIONS = """\
{
  "mcpAllowlist": ["agentport:*"]
}
"""
VSCODE = """\
{
  "inputs": [{"type": "promptString", "id": "agentport", "description": "API key", "password": true}],
  "servers": {
    "agentport": {
      "type": "http",
      "url": "https://app.agentport.sh/mcp",
      "headers": {"X-API-Key": "${input:agentport}"} // asked for once
    }
  }
}
"""
OPENCODE = """\
{
  "$schema": "https://opencode.ai/config.json",
  "mcp": {
    "agentport": {
      "type": "remote",
      "url": "https://app.agentport.sh/mcp",
      "headers": {"X-API-Key": "{env:AGENTPORT_API_KEY}"},
      "oauth": false,
      "timeout": 300000
    }
  }
}
"""
GEMINI = """\
{
  // the gateway
  "mcpServers": {
    "agentport": {
      "type": "http",
      "url": "https://app.agentport.sh/mcp",
      "headers": {"X-API-Key": "$AGENTPORT_API_KEY"},
      "trust": true
    }
  }
}
"""
FILES = {
    "codex": {".codex/config.toml": CODEX},
    "claude-code": {".claude.json": CLAUDE, ".claude/settings.json": CLAUDE_SETTINGS},
    "cursor": {".cursor/mcp.json": CURSOR, ".cursor/permissions.json": CURSOR_PERMISSIONS},
    "vscode": {".config/Code/User/mcp.json": VSCODE},
    "opencode": {".config/opencode/opencode.json": OPENCODE},
    "gemini": {".gemini/settings.json": GEMINI},
}
MAIN = {client: next(iter(files)) for client, files in FILES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home with one client set up well in it, and the skills, and an empty project beside it."""

    folder: Path
    project: Path
    client: str

    @property
    def config(self) -> Path:
        """The file with the server's entry."""
        return self.folder / MAIN[self.client]

    def replace(self, old: str, new: str, file: str = "") -> None:
        """Put a fault into a file."""
        path = self.folder / file if file else self.config
        text = path.read_text(encoding="utf-8")
        assert old in text, (path, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def line(self, text: str, file: str = "") -> int:
        """The line on which a text first stands."""
        path = self.folder / file if file else self.config
        lines = path.read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)


def home_with(root: Path, client: str) -> Home:
    """A home as it should be, for one client."""
    folder, project = root / "home", root / "project"
    project.mkdir(parents=True)
    for path, text in FILES[client].items():
        write(folder / path, text)
    skills = ".claude/skills" if client == "claude-code" else ".agents/skills"
    for name in NAMES:
        shutil.copytree(SKILLS / name, folder / skills / name)
    return Home(folder=folder, project=project, client=client)


def write(path: Path, text: str) -> Path:
    """Writes a private file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def doctor(capsys: Any, home: Home, *options: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, JSON report, and everything that was printed, of `doctor` on a home; offline unless told otherwise."""
    offline = () if "--online" in options else ("--offline",)
    given = [option for option in options if option != "--online"]
    code = main(
        [
            "doctor", "--home", str(home.folder), "--project", str(home.project), "--client", home.client,
            "--format", "json", *offline, *given,
        ]
    )  # fmt: skip
    printed = capsys.readouterr()
    assert printed.out, printed.err
    return code, json.loads(printed.out), printed.out + printed.err


def found(report: dict[str, Any], home: Home) -> list[tuple[str, str, int | None]]:
    """Id, file below the home (or below the project) and line of every finding."""
    told = []
    for session in report["sessions"]:
        for verdict in session["verdicts"]:
            assert verdict["status"] != "error", verdict
            for finding in verdict["findings"]:
                path = finding["location"]["path"]
                for root in (home.folder, home.project):
                    path = path.removeprefix(f"{root}/")
                told.append((verdict["rule"], path, finding["location"]["line"]))
    return told


def messages(report: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    """The findings of one check."""
    return [
        finding
        for session in report["sessions"]
        for verdict in session["verdicts"]
        if verdict["rule"] == rule
        for finding in verdict["findings"]
    ]
