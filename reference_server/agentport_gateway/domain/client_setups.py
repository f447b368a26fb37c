"""How each client is connected: the texts to copy, with what they were tried with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "AGENTPORT_API_KEY"
_PLACEHOLDER = "ap_your_key"
_AWAIT_MILLISECONDS = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One text to copy, and where it goes."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSetup:
    """What one client needs."""

    id: str
    name: str
    tried: str
    steps: tuple[Step, ...]
    advice: str = ""
    without_key: tuple[Step, ...] = ()
    """What stands in place of the first two steps where the client signs in by OAuth."""


def client_setups(mcp_url: str, key: str | None) -> tuple[ClientSetup, ...]:
    """The set-up of each client; a fresh key stands in the shell's line alone, and the files keep it out."""
    export = Step(where="In the shell that the client is started from", text=f"export {VARIABLE}={key or _PLACEHOLDER}")
    return (
        _codex(mcp_url, export),
        _claude_code(mcp_url, export),
        _cursor(mcp_url, export),
        _vs_code(mcp_url),
        _opencode(mcp_url, export),
        _gemini(mcp_url, export),
    )


def _codex(mcp_url: str, export: Step) -> ClientSetup:
    lines = (
        "[mcp_servers.agentport]",
        f"url = {json.dumps(mcp_url)}",
        f'env_http_headers = {{ "X-API-Key" = "{VARIABLE}" }}',
        'default_tools_approval_mode = "approve"',
        "required = true",
        "tool_timeout_sec = 300",
    )
    keyless = "\n".join(line for line in lines if not line.startswith("env_http_headers"))
    return ClientSetup(
        id="codex",
        name="Codex",
        tried="Tried with Codex 0.169; needs 0.122 or later.",
        steps=(export, Step(where="~/.codex/config.toml", text="\n".join(lines)), _skills("codex")),
        without_key=(
            Step(where="~/.codex/config.toml, to sign in", text=keyless),
            Step(where="In a shell, to sign in", text="codex mcp login agentport"),
        ),
        advice="default_tools_approval_mode leaves approving to this gateway; without it Codex asks a second time, "
        "and codex exec refuses. A table named headers is ignored: the setting is env_http_headers.",
    )


def _claude_code(mcp_url: str, export: Step) -> ClientSetup:
    # In single quotes, so that the shell leaves the variable to the client.
    header = f"'X-API-Key: ${{{VARIABLE}}}'"
    command = f"claude mcp add agentport -s user --transport http {mcp_url}"
    rule = json.dumps({"permissions": {"allow": ["mcp__agentport__*"]}}, indent=2)
    return ClientSetup(
        id="claude-code",
        name="Claude Code",
        tried="Tried with Claude Code 2.1.",
        steps=(
            export,
            Step(where="In a shell", text=f"{command} --header {header}"),
            Step(where="~/.claude/settings.json", text=rule),
            _skills("claude-code"),
        ),
        without_key=(Step(where="In a shell, to sign in", text=f"{command} && claude mcp login agentport"),),
        advice="The permission rule leaves approving to this gateway. In a project's own .claude/settings.json it is "
        "ignored until the project is trusted.",
    )


def _cursor(mcp_url: str, export: Step) -> ClientSetup:
    server = {"url": mcp_url, "headers": {"X-API-Key": f"${{env:{VARIABLE}}}"}}
    return ClientSetup(
        id="cursor",
        name="Cursor",
        tried="Follows Cursor's documentation; not tried here.",
        steps=(export, Step(where="~/.cursor/mcp.json", text=_servers("mcpServers", server)), _skills("cursor")),
        advice="Start Cursor from that shell, so that it knows the variable.",
    )


def _vs_code(mcp_url: str) -> ClientSetup:
    text = json.dumps(
        {
            "inputs": [
                {"type": "promptString", "id": "agentport-key", "description": "AgentPort API key", "password": True}
            ],
            "servers": {
                "agentport": {"type": "http", "url": mcp_url, "headers": {"X-API-Key": "${input:agentport-key}"}}
            },
        },
        indent=2,
    )
    return ClientSetup(
        id="vs-code",
        name="VS Code",
        tried="Follows VS Code's documentation; not tried here.",
        steps=(Step(where=".vscode/mcp.json", text=text), _skills("github-copilot")),
        advice="VS Code asks for the key once and keeps it. For every project: “MCP: Open User Configuration”.",
    )


def _opencode(mcp_url: str, export: Step) -> ClientSetup:
    server = {
        "type": "remote",
        "url": mcp_url,
        "enabled": True,
        "headers": {"X-API-Key": f"{{env:{VARIABLE}}}"},
        "timeout": _AWAIT_MILLISECONDS,
    }
    return ClientSetup(
        id="opencode",
        name="opencode",
        tried="Tried with opencode 1.18. Version 2 wants the server one level deeper, under mcp.servers.",
        steps=(
            export,
            Step(where="~/.config/opencode/opencode.json", text=_servers("mcp", server)),
            _skills("opencode"),
        ),
    )


def _gemini(mcp_url: str, export: Step) -> ClientSetup:
    server = {
        "httpUrl": mcp_url,
        "headers": {"X-API-Key": f"${VARIABLE}"},
        "timeout": _AWAIT_MILLISECONDS,
        "trust": True,
    }
    return ClientSetup(
        id="gemini-cli",
        name="gemini-cli",
        tried="Tried with gemini-cli 0.61.",
        steps=(
            export,
            Step(where="~/.gemini/settings.json", text=_servers("mcpServers", server)),
            _skills("gemini-cli"),
        ),
        advice="trust leaves approving to this gateway; without it gemini-cli asks a second time. It is httpUrl: "
        "gemini-cli takes url for an older transport.",
    )


def _skills(agent: str) -> Step:
    return Step(
        where="The skills that teach it to wait for you (in a shell; Node 22.20 or later)",
        text=f"npx skills add yakkomajuri/agentport-skills -a {agent} -g -y",
    )


def _servers(name: str, server: Mapping[str, object]) -> str:
    return json.dumps({name: {"agentport": server}}, indent=2)
