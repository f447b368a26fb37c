"""Claude Code, tried with 2.1.330."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, Holds, Root, System, TimeLimit, Transport
from agentport_harness.setups.variables import BRACES

_MANAGED: dict[System, str] = {
    "linux": "/etc/claude-code",
    "darwin": "/Library/Application Support/ClaudeCode",
    "windows": "C:/Program Files/ClaudeCode",
}


def _managed(file: str, holds: Holds, *, alone: bool = False) -> tuple[FilePlace, ...]:
    return tuple(
        FilePlace(
            scope="managed", path=f"{folder}/{file}", dialect="json", holds=holds, systems=(system,), alone=alone
        )
        for system, folder in _MANAGED.items()
    )  # fmt: skip


CLAUDE_CODE = Client(
    name="claude-code",
    title="Claude Code",
    command="claude",
    tried=(2, 1, 330),
    roots={
        "claude": Root(variable="CLAUDE_CONFIG_DIR", otherwise="{home}/.claude"),
        "claude_state": Root(variable="CLAUDE_CONFIG_DIR", otherwise="{home}"),
    },
    files=(
        *_managed("managed-mcp.json", "servers", alone=True),
        FilePlace(
            scope="local", path="{claude_state}/.claude.json", dialect="json", below=("projects", "{project}")
        ),
        FilePlace(scope="project", path="{project}/.mcp.json", dialect="json"),
        FilePlace(scope="user", path="{claude_state}/.claude.json", dialect="json"),
        *_managed("managed-settings.d/*.json", "settings"),
        *_managed("managed-settings.json", "settings"),
        FilePlace(scope="local", path="{project}/.claude/settings.local.json", dialect="json", holds="settings"),
        FilePlace(scope="project", path="{project}/.claude/settings.json", dialect="json", holds="settings"),
        FilePlace(scope="user", path="{claude}/settings.json", dialect="json", holds="settings"),
    ),
    signs=("{claude}", "{claude_state}/.claude.json"),
    servers=("mcpServers",),
    mistaken=(("mcp_servers",), ("mcp-servers",), ("mcpservers",), ("mcp", "servers"), ("mcp",), ("servers",)),
    url_fields=("url",),
    fields=frozenset(
        ("type", "url", "headers", "headersHelper", "oauth", "timeout", "alwaysLoad", "command", "args", "env")
    ),
    renamed={
        "header": "headers",
        "http_headers": "headers",
        "env_http_headers": "headers",
        "httpUrl": "url",
        "serverUrl": "url",
        "tool_timeout_sec": "timeout",
        "transport": "type",
    },
    numbers=frozenset(("timeout",)),
    transport=Transport(field="type", wanted="http", accepted=frozenset(("http", "streamable-http"))),
    credentials=Credentials(headers="headers", syntax=BRACES, form="${{{name}}}"),
    limit=TimeLimit(
        field="timeout", unit=1000, defaults=(((), 300),), progress_extends=True,
        always=(("env", "CLAUDE_CODE_MCP_TOOL_IDLE_TIMEOUT"),), otherwise=(("env", "MCP_TOOL_TIMEOUT"),),
    ),
    skills=(
        "{project}/.claude/skills", "{claude}/skills", "{claude}/plugins/cache/*/agentport-skills/*/skills",
    ),
    sign_in="/mcp in a session",
    signed_in="{claude}/.credentials.json",
    unread=("{project}/.agents/skills", "{home}/.agents/skills", "{project}/.cursor/skills"),
)  # fmt: skip
